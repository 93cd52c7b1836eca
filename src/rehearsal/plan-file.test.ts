import {globSync} from 'node:fs';
import {writeFile} from 'node:fs/promises';
import {basename, join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {stringify} from 'yaml';
import {temporaryFolder} from '../records/test-folder.ts';
import {projectRoot} from '../root.ts';
import {readRehearsalPlan} from './plan-file.ts';
import {strategies} from './strategies/index.ts';

const plansDir = join(projectRoot, 'suites', 'rehearsals');
const names = globSync('*.yaml', {cwd: plansDir}).map(file => basename(file, '.yaml'));

/** The canary plan with some of it changed. */
const changed = async (change: Readonly<Record<string, unknown>>): Promise<unknown> => {
  await using place = await temporaryFolder();
  const file = join(place.path, 'plan.yaml');
  await writeFile(file, stringify({...(await readRehearsalPlan('canary', plansDir)), ...change}));
  return readRehearsalPlan(file, plansDir).catch((thrown: unknown) => thrown);
};

describe('the plans of suites/rehearsals', () => {
  test.each(names)('%s is right, and is named as its file', async name => {
    expect(await readRehearsalPlan(name, plansDir)).toMatchObject({name});
  });

  test('there is one for each strategy', async () => {
    const plans = await Promise.all(names.map(name => readRehearsalPlan(name, plansDir)));
    expect(new Set(plans.map(({strategy}) => strategy.kind))).toEqual(new Set(Object.keys(strategies)));
  });
});

describe('a plan that is wrong', () => {
  test.each([
    [
      'an engine that there is not',
      {candidate: {engine: 'vlm', stack: null}},
      /candidate\.engine: vlm is no engine; write one of/,
    ],
    ['a part of no load', {load: []}, /load: Too small/],
    [
      'two parts of one name',
      {load: [1, 2].map(() => ({name: 'a', workload: {kind: 'embed', batch: 1, promptTokens: 16}, ratePerSecond: 1}))},
      /load: two parts are named a; give each a name of its own/,
    ],
    [
      'a conversation as load',
      {load: [{name: 'a', workload: {kind: 'repeat', promptTokens: 16, outputTokens: 1, times: 2}, ratePerSecond: 1}]},
      /load\.0\.workload: must be chat, embed or rerank/,
    ],
    [
      'shares that do not grow',
      {strategy: {kind: 'canary', steps: [0.5, 0.5].map(share => ({share, seconds: 1, maxSeconds: 1}))}},
      /strategy\.steps: the shares must grow from step to step; put them in order/,
    ],
    [
      'a step that ends before it may',
      {strategy: {kind: 'canary', steps: [{share: 1, seconds: 2, maxSeconds: 1}]}},
      /strategy\.steps\.0\.maxSeconds: 1 is below its seconds, 2; write at least that/,
    ],
    [
      'questions of another kind',
      {answers: {ask: {kind: 'limits'}, required: []}},
      /answers\.ask\.kind: must be parity/,
    ],
    ['a field that there is not', {watchMinutes: 1}, /Unrecognized key: "watchMinutes"/],
  ])('%s is named with its field', async (_, change, message) => {
    expect(await changed(change)).toMatchObject({code: 'BAD_SUITE', message: expect.stringMatching(message)});
  });
});
