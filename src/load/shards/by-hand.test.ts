import {expect, test} from 'vitest';
import {untoldFacts} from '../../engines/untold-facts.ts';
import {estimatedTokenLength} from '../../workloads/token-estimate.ts';
import type {LoadPlan, LoadProgress} from '../run-load.ts';
import {chatAnswer, type Received, reply, startTestServer} from '../test-server.ts';
import {loadByHand, type OutcomeByHand} from './by-hand.ts';

const everyMs = 3_600_000;

/** With a clock, and an exposition of its process. */
const answer = ({socket, method}: Received) => {
  const headers = `date: ${new Date().toUTCString()}\r\n`;
  socket.write(reply(method === 'GET' ? 'process_start_time_seconds 1.7e+09\n' : chatAnswer(), {headers}));
};

const planOf = (url: string): LoadPlan => {
  const sessions = {
    ...{workload: {kind: 'chat', promptTokens: 24, outputTokens: 2} as const, tokenLength: estimatedTokenLength},
    ...{seed: 1, idPrefix: 'm.'},
  };
  return {
    ...{trial: 0, engine: 'openai', endpoint: {role: 'chat', url, model: 'm', facts: untoldFacts}},
    load: {mode: 'closed', concurrency: 2, requests: 4, durationSeconds: null, warmup: 0},
    ...{arrivals: null, timeoutMs: 20_000, keepReplies: 0, warmup: sessions, measured: sessions},
  };
};

test('the next trial is not got ready before it is near its start: until then others may still measure', async () => {
  await using server = await startTestServer(answer);
  const told: (readonly OutcomeByHand[])[] = [];
  const ground = loadByHand({
    ...{place: {index: 0, of: 2}, workers: 1, startAtMs: Date.now() - everyMs, everyMs},
    onClock() {},
    async onOutcomes(outcomes) {
      told.push(structuredClone(outcomes));
    },
  });
  const {signal} = new AbortController();
  await ground.begin?.(0, {signal});
  await using ready = await ground.prepare(planOf(server.url), {signal, onBlock() {}, onReply() {}});
  await ready.run();
  const asked = {timeoutMs: 20_000, arrivalsHash: null, serverStartedSeconds: 1.7e9};
  expect(told).toEqual([[expect.objectContaining({...asked, nextFromMs: null, counts: {ok: 2, failed: 0}})]]);

  // An hour after the first one's start, which is now.
  await ground.begin?.(1, {signal});
  expect(told).toHaveLength(2);
  expect(told[1]?.[0]?.nextFromMs).toBeGreaterThan(everyMs - 1000);

  const why = new Error('Ctrl-C');
  const interrupted = new AbortController();
  const counted: number[] = [];
  const onProgress = ({startsInMs}: LoadProgress) => {
    if (startsInMs !== undefined) counted.push(startsInMs);
    if (counted.length === 2) interrupted.abort(why);
  };
  await expect(ground.begin?.(2, {signal: interrupted.signal, onProgress})).rejects.toBe(why);
  expect(told).toHaveLength(2);
  // It counts down to the start of the third, an hour away.
  expect(counted[0]).toBeGreaterThan(everyMs - 10_000);
  expect(counted[1]).toBeLessThan(counted[0] ?? 0);
}, 30_000);
