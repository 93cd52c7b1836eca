import {describe, expect, test} from 'vitest';
import {streamedService} from '../../engines/streamed-service.ts';
import {seededRandom} from '../../workloads/random.ts';
import {whole} from '../share-of.ts';
import {type LoadPart, partSessions, requestNumber, runArrivals} from './part-arrivals.ts';

/** Each arrival of the load that is due in its first seconds and falls to this shard: who sends what, when, by which name. */
const arrivalsOf = async (
  parts: readonly LoadPart[],
  {seed, seconds, place = whole}: {seed: number; seconds: number; place?: typeof whole},
) => {
  const sent: {part: string; id: string; dueMs: number; body: string}[] = [];
  await Promise.all(
    parts.map(async (part, partIndex) => {
      const over = new AbortController();
      await runArrivals({
        ...{part, place, seed, sitting: 2, startMs: 1000, engine: streamedService, signal: over.signal},
        sessions: partSessions(part, {seed, sitting: 2}),
        idOf: index => `s2-${requestNumber(index, partIndex, parts.length)}`,
        clock: {now: () => Number.POSITIVE_INFINITY},
        sender: {
          send(name, {request, http}, dueMs) {
            if (dueMs > 1000 + seconds * 1000) over.abort();
            else sent.push({part: name, id: request.id, dueMs, body: String(http.body)});
          },
        },
      });
    }),
  );
  return sent;
};

const byId = (sent: Awaited<ReturnType<typeof arrivalsOf>>) =>
  sent.toSorted((a, b) => Number(a.id.slice(3)) - Number(b.id.slice(3)));

describe('the shards of a continuous load', () => {
  test.each(Array.from({length: 12}, (_, at) => at + 1))(
    'send together what one machine sends: the same ids, prompts and times, each once (plan %i)',
    async seed => {
      const random = seededRandom(seed, 'plans');
      const of = 1 + Math.floor(random() * 7);
      const rate = () => 1 + random() * 60;
      const parts: LoadPart[] = [
        {name: 'chat', workload: {kind: 'chat', promptTokens: 32, outputTokens: 4}, ratePerSecond: rate()},
        {name: 'embed', workload: {kind: 'embed', batch: 2, promptTokens: 16}, ratePerSecond: rate()},
        {name: 'more', workload: {kind: 'embed', batch: 2, promptTokens: 16}, ratePerSecond: rate()},
      ].slice(0, 1 + Math.floor(random() * 3)) as LoadPart[];
      const one = await arrivalsOf(parts, {seed, seconds: 3});
      const shards = await Promise.all(
        Array.from({length: of}, (_, index) => arrivalsOf(parts, {seed, seconds: 3, place: {index, of}})),
      );
      expect(one.length).toBeGreaterThan(0);
      expect(byId(shards.flat())).toEqual(byId(one));
      expect(new Set(one.map(({id}) => id)).size).toBe(one.length);
      for (const part of parts) {
        const counts = shards.map(sent => sent.filter(({part: name}) => name === part.name).length);
        expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
      }
    },
  );
});
