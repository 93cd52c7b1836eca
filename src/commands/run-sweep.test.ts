import {expect, test} from 'vitest';
import {CutoverError} from '../errors.ts';
import {exampleTrial} from '../records/test-run.ts';
import type {LoadStage, SweepStage} from '../schema/suite.ts';
import type {Sweep} from '../schema/sweep.ts';
import {runSweep} from './run-sweep.ts';

const stage: SweepStage = {
  name: 'capacity',
  workload: {kind: 'chat', promptTokens: 64, outputTokens: 16},
  load: {mode: 'closed', concurrency: 1, requests: null, durationSeconds: null, warmup: 1},
  sweep: {over: 'concurrency', from: 1, to: 64, gainShare: 0.1, requestsPerSlot: 4},
};

/** What a sweep yields and throws over a server whose tokens a second are these, level by level, and which dies then. */
const swept = async (...perSecond: readonly number[]) => {
  const kept: Sweep[] = [];
  let index = 0;
  const runLevel = async ({load, name}: LoadStage) => {
    const outputTokensPerSecond = perSecond[index];
    if (outputTokensPerSecond === undefined) throw new CutoverError('ENGINE_DIED', 'the engine died');
    return exampleTrial({index: index++, suite: name, load, outputTokensPerSecond, findings: []});
  };
  const all = async () => {
    for await (const sweep of runSweep({stage, repetition: 2, runLevel})) kept.push(sweep);
  };
  const thrown = await all().then(
    () => null,
    (reason: unknown) => reason,
  );
  return {thrown, kept: kept.map(({levels, stopped}) => [levels.map(({level}) => level).join(' '), stopped])};
};

test('what a sweep came to is told after every level, and is not over until the last one', async () => {
  expect(await swept(100, 200, 201)).toEqual({
    thrown: null,
    kept: [
      ['1', 'not over'],
      ['1 2', 'not over'],
      ['1 2 4', '4 instead of 2 in flight brought +0.5 % (less than 10.0 %)'],
    ],
  });
});

test('a sweep that is broken off keeps its levels, says why, and passes on what broke it off', async () => {
  expect(await swept(100, 200)).toEqual({
    thrown: expect.objectContaining({code: 'ENGINE_DIED'}),
    kept: [
      ['1', 'not over'],
      ['1 2', 'not over'],
      ['1 2', 'broken off: the engine died'],
    ],
  });
});
