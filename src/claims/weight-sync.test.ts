import {expect, test} from 'vitest';
import {exampleTrial} from '../records/test-run.ts';
import type {Disturbance, Stretch, WeightsSpec} from '../schema/disturbance.ts';
import {evidenceOf, memory, run, server, verdictOn} from './test-evidence.ts';

const stretch = (failed: number): Stretch => ({
  ...{startMs: 0, endMs: 1000, ok: 10, failed, delayed: 0, ttftP50Ms: 40, ttftMaxMs: 60, e2eP50Ms: 200, e2eMaxMs: 300},
  ...{outputTokensPerSecond: 500, promptTokens: 5000, cachedPromptTokens: 2500},
});

interface Changed extends Pick<WeightsSpec, 'method'> {
  readonly seconds: number | null;
  readonly cache: 'kept' | 'lost' | null;
  readonly flush?: boolean;
  readonly weightsMiB?: number;
  readonly evidence?: 'real' | 'simulated';
}

let runs = 0;
const change = ({method, seconds, cache, flush, weightsMiB = 5800, evidence = 'real'}: Changed) => {
  const disturbance: Disturbance = {
    spec: {kind: 'weights', method, flush: flush ?? null, atShare: 0.4},
    ...{
      steps: [],
      startMs: 1000,
      endMs: 2000,
      effectMs: seconds === null ? null : seconds * 1000,
      delayedBeyondMs: 250,
    },
    ...{before: stretch(0), during: stretch(2), after: stretch(0)},
    kept: [
      {of: 'new', promptTokens: 664, beforeTokens: 663, afterTokens: cache === 'kept' ? 663 : 0, cache},
      {of: 'old', promptTokens: 664, beforeTokens: 663, afterTokens: 663, cache: 'kept'},
    ],
    ...{probe: null, memory: null, outage: null},
  };
  runs += 1;
  return run({
    runId: `run-${runs}`,
    servers: [server({memory: memory(60_000, {weightsMiB})})],
    trials: [exampleTrial({disturbance})],
    evidence,
  });
};

const verdict = (id: string, ...changes: readonly Changed[]) => verdictOn(id, evidenceOf({runs: changes.map(change)}));

test('three changes within the claimed time and with the claimed cache confirm it, one says too little', () => {
  const lora = (seconds: number): Changed => ({method: 'lora', seconds, cache: 'kept'});
  expect(verdict('sync-lora', lora(6), lora(8), lora(10)).outcome).toBe('confirmed');
  expect(verdict('sync-lora', lora(6)).outcome).toBe('inconclusive');
  expect(
    verdict('sync-restart', ...[31, 40, 60].map(seconds => ({method: 'restart', seconds, cache: 'lost'}) as const))
      .outcome,
  ).toBe('confirmed');
});

test('one that takes longer, or finds another cache, refutes it', () => {
  const {outcome, reason} = verdict('sync-restart', {method: 'restart', seconds: 76.2, cache: 'lost'});
  expect(outcome).toBe('refuted');
  expect(reason).toBe(
    'From the call to the first answer of the new weights: 76.2 s, claimed 30 to 60 s; the cache of one prompt was lost for them, claimed lost; 2 requests failed meanwhile.',
  );
  expect(verdict('sync-lora', {method: 'lora', seconds: 6, cache: 'lost'}).outcome).toBe('refuted');
});

test('sooner refutes it too, but not with a smaller model than that of the source', () => {
  const quick = {method: 'disk', seconds: 0.4, cache: 'kept', flush: false} as const;
  expect(verdict('sync-disk', quick).outcome).toBe('refuted');
  expect(verdict('sync-disk', {...quick, weightsMiB: 3000}).outcome).toBe('inconclusive');
});

test('another method, an emptied cache, a change without effect and a simulated one say nothing', () => {
  for (const other of [
    {method: 'lora', seconds: 12, cache: 'kept'},
    {method: 'disk', seconds: 12, cache: 'lost', flush: true},
    {method: 'disk', seconds: null, cache: 'kept', flush: false},
    {method: 'disk', seconds: 12, cache: 'kept', flush: false, evidence: 'simulated'},
  ] as const)
    expect(verdict('sync-disk', other).outcome).toBe('not run');
});

test('requests that failed because the server was changed on purpose say nothing of requests at the same time', () => {
  const restarted = change({method: 'restart', seconds: 53, cache: 'lost'});
  const trials = restarted.trials.map(trial => ({
    ...trial,
    ...{counts: {ok: 700, failed: 400}, client: {...trial.client, inFlightMax: 40}},
  }));
  expect(verdictOn('concurrent', evidenceOf({runs: [{...restarted, trials}]})).outcome).toBe('not run');
});
