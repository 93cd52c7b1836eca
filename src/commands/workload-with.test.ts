import {expect, test} from 'vitest';
import type {WorkloadSpec} from '../schema/workload.ts';
import {noWorkloadOptions as nothing} from './test-options.ts';
import {type WorkloadOptions, workloadWith} from './workload-with.ts';

const everything: WorkloadOptions = {
  promptTokens: {draw: 'uniform', min: 100, max: 200},
  outputTokens: 7,
  batch: 3,
  sharedPrefix: 0.5,
  contexts: 9,
  turns: 5,
  thinkSeconds: 2,
  branches: 4,
};
const sizes = {promptTokens: everything.promptTokens, outputTokens: 7};
const given = {promptTokens: 512, outputTokens: 64};

test.each<[WorkloadSpec, object]>([
  [
    {kind: 'chat', ...given},
    {...sizes, sharedPrefix: 0.5, contexts: 9},
  ],
  [
    {kind: 'prefix', ...given, turns: 3},
    {...sizes, turns: 5, thinkSeconds: 2, branches: 4},
  ],
  [
    {kind: 'repeat', ...given, times: 3},
    {...sizes, times: 5},
  ],
  [
    {kind: 'warmed', ...given, warm: true},
    {...sizes, warm: true},
  ],
  [
    {kind: 'revisit', ...given, contexts: {ofKvPool: 0.5}, visits: 2},
    {...sizes, contexts: 9, visits: 5},
  ],
  [
    {kind: 'embed', promptTokens: 128, batch: 8},
    {promptTokens: everything.promptTokens, batch: 3},
  ],
  [
    {kind: 'rerank', promptTokens: 128, batch: 8},
    {promptTokens: everything.promptTokens, batch: 3},
  ],
  [
    {kind: 'trace', file: 'x', sha256: 'y', rows: 2, blockTokens: 16},
    {file: 'x', sha256: 'y', rows: 2, blockTokens: 16},
  ],
])('$kind takes of the command line what it has, and keeps what is not given', (workload, changed) => {
  expect(workloadWith(workload, everything)).toEqual({kind: workload.kind, ...changed});
  expect(workloadWith(workload, nothing)).toEqual(workload);
});
