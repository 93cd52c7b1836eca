import {expect, test} from 'vitest';
import {decidedRun} from './test-decided-run.ts';
import {unequalSides} from './unequal-sides.ts';

const run = decidedRun();
const {engine} = run.records.candidate;
const withModels = (rename: (model: string) => string) =>
  unequalSides(
    decidedRun({
      candidate: {engine: {...engine, servers: engine.servers.map(one => ({...one, model: rename(one.model)}))}},
    }),
  );

test('the same models in other folders are equal; the limits of two launch plans are named', () => {
  const models = Object.fromEntries(run.records.baseline.engine.servers.map(({role, model}) => [role, model]));
  const servers = engine.servers.map(one => ({...one, model: `/srv/models/${models[one.role]?.split('/').at(-1)}`}));
  expect(unequalSides(decidedRun({candidate: {engine: {...engine, servers}}}))).toEqual([
    expect.stringMatching(/^Each side has limits of its own \(launch plan vllm-tuned and sglang\)/),
  ]);
});

test('a model that differs is named for its role, without its folder', () => {
  const [chat] = withModels(model => `${model}-awq`);
  const name = run.records.baseline.engine.servers[0]?.model.split('/').at(-1);
  expect(chat).toBe(`The chat model is ${name} on the baseline and ${name}-awq on the candidate.`);
});

test('sides without launch plans and with the same models are equal', () => {
  const alike = {engine: {...run.records.baseline.engine, stack: null}};
  expect(unequalSides(decidedRun({baseline: alike, candidate: alike}))).toEqual([]);
});
