import {describe, expect, test} from 'vitest';
import {Downtimes} from './downtime.ts';
import {evidenceOf} from './evidence.ts';
import {secondsOf} from './seconds.ts';
import {linesOf, type Request, rehearsalOf} from './test-rehearsal.ts';

/** 's' served, 'r' refused, 'f' failed, 'l' lost; one each 100 ms from 1000 on. */
const requestsOf = (outcomes: string): Request[] =>
  [...outcomes].map((letter, at) => ({
    ...{id: `l-${at}`, sentMs: 1000 + at * 100},
    outcome: ({s: 'served', r: 'refused', f: 'failed', l: 'lost'} as const)[letter as 's'],
  }));
const evidenceFor = (requests: readonly Request[]) =>
  evidenceOf({rehearsal: rehearsalOf(), ...linesOf(requests), memory: []});
const downtime = async (outcomes: string, startMs = 0, endMs = 100_000) => {
  return new Downtimes(await evidenceFor(requestsOf(outcomes).toReversed())).within({startMs, endMs});
};

describe('downtime', () => {
  test.each([
    ['ssssss', 0],
    ['', 0],
    ['ssrsss', 100],
    ['srflsss', 300],
    ['srssrrrs', 300],
    ['ssrrr', 200],
    ['r', 0],
  ])(
    'of %j is %d ms: from the first that was not served to the first served one, as they were sent',
    async (outcomes, ms) => {
      expect(await downtime(outcomes)).toBe(ms);
    },
  );

  test('belongs to the stretch in which it began, as long as it lasts', async () => {
    // Sent from 1000 on: not served from 1200 to 1500, served at 1600.
    expect(await downtime('ssrrrrs', 1000, 1300)).toBe(400);
    expect(await downtime('ssrrrrs', 1300, 2000)).toBe(300);
    expect(await downtime('ssrrrrs', 1600, 2000)).toBe(0);
    expect(await downtime('ssrrrrs', 0, 1200)).toBe(0);
  });
});

test('seconds have no holes, count by the end, and tell who was asked', async () => {
  const evidence = await evidenceFor([
    {id: 'a', sentMs: 1100, tookMs: 100, target: 'baseline'},
    {id: 'b', sentMs: 1200, tookMs: 300, target: 'candidate'},
    {id: 'c', sentMs: 3950, tookMs: 100, outcome: 'refused', target: null},
    {id: 'd', sentMs: 1900, tookMs: 400, kind: 'chat'},
  ]);
  const seconds = secondsOf(evidence);
  const none = {served: 0, refused: 0, failed: 0, lost: 0};
  expect(seconds.map(({second}) => second)).toEqual([1, 2, 3, 4]);
  expect(seconds[0]).toEqual({
    ...{second: 1, ended: {...none, served: 2}, targets: {baseline: 1, candidate: 1, nobody: 0}, mirrored: 0},
    ...{e2e: {embed: {p50Ms: 200, p99Ms: 298}}, ttft: null},
  });
  expect(seconds[1]).toMatchObject({e2e: {chat: {p50Ms: 400, p99Ms: 400}}, ttft: {p50Ms: 100, p99Ms: 100}});
  expect(seconds[2]).toMatchObject({ended: none, e2e: {}, ttft: null});
  expect(seconds[3]).toMatchObject({ended: {...none, refused: 1}, targets: {baseline: 0, candidate: 0, nobody: 1}});
});
