import {describe, expect, test} from 'vitest';
import {measure} from './measure.ts';
import {cores, startChild} from './processes.ts';
import type {Scenario} from './scenarios.ts';

const tiny: Scenario = {
  name: 'tiny',
  answer: {mode: 'paced', tokens: 4, firstToken: {kind: 'fixed', ms: 3}, gapMs: 2, stall: null},
  workload: {kind: 'chat', promptTokens: 128, outputTokens: 4},
  load: {mode: 'closed', concurrency: 2, requests: 6, durationSeconds: null, warmup: 0},
  drained: true,
  workers: 1,
};

describe('a measurement', () => {
  test.each(['ours', 'drain'] as const)(
    'runs server and client (%s) as processes and tells what they cost',
    async client => {
      const {outcome} = await measure(tiny, client);
      expect(outcome).toMatchObject({completed: 6, failed: 0, served: 6, events: 24, eventsSent: 24, streamsHeld: 2});
      expect(outcome.cpuSeconds).toBeGreaterThan(0);
      expect(outcome.peakMemoryMb).toBeGreaterThan(0);
    },
  );

  test('fails when a process ends without an answer', async () => {
    // Port 1 is nobody's: the draining client cannot connect.
    const job = {port: 1, replyBytes: 1, streamed: true, path: '/', body: '', connections: 1, requests: 1};
    await using child = startChild(cores.client, {role: 'drain', job: {...job, durationSeconds: null}}, 'ignore');
    await expect(child.answer(20_000)).rejects.toThrow(/drain ended without an answer/);
  });
});
