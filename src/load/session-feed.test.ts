import fc from 'fast-check';
import {expect, test} from 'vitest';
import type {Session, SessionSource} from '../schema/request.ts';
import type {ShardPlace} from '../schema/shard.ts';
import {SessionFeed} from './session-feed.ts';
import {SharedCounts} from './shared-counts.ts';

/** Counts how many sessions were taken. */
const source = (lengths: readonly number[]) => {
  const counted = {taken: 0};
  const at = (session: number) => {
    const length = lengths[session];
    if (length === undefined) return null;
    counted.taken += 1;
    return {
      id: `s${session}`,
      requests: Array.from({length}, (_, turn) => ({
        kind: 'embed' as const,
        id: `s${session}t${turn}`,
        texts: ['a'],
      })),
    };
  };
  const requestsBefore = (index: number) => lengths.slice(0, index).reduce((sum, length) => sum + length, 0);
  const sessions: SessionSource = {at, requestsBefore};
  return {counted, sessions};
};

const feedOf = (sessions: SessionSource, limit: number | null, {measure} = new SharedCounts(), place?: ShardPlace) =>
  new SessionFeed(sessions, measure, limit, place);

const drain = (feed: SessionFeed) => {
  const sessions: Session[] = [];
  for (let session = feed.next(); session !== null; session = feed.next()) sessions.push(session);
  return sessions.map(({requests}) => requests.map(({id}) => id));
};

test('the last session is cut to meet the limit', () => {
  const {sessions, counted} = source([2, 3, 3, 2]);
  expect(drain(feedOf(sessions, 6))).toEqual([['s0t0', 's0t1'], ['s1t0', 's1t1', 's1t2'], ['s2t0']]);
  expect(counted.taken).toBe(3);
});

test('without a limit there are as many as the source has', () => {
  expect(drain(feedOf(source([1, 1]).sessions, null))).toEqual([['s0t0'], ['s1t0']]);
});

test('nothing is taken ahead, and nothing once the limit is met', () => {
  const {sessions, counted} = source([1, 1, 1]);
  const feed = feedOf(sessions, 2);
  expect(counted.taken).toBe(0);
  feed.next();
  expect([counted.taken, feed.isOver]).toEqual([1, false]);
  feed.next();
  feed.next();
  expect([counted.taken, feed.isOver]).toEqual([2, true]);
});

test('a session is had by its number too', () => {
  const feed = feedOf(source([1, 1, 1]).sessions, 2);
  expect([feed.at(1)?.id, feed.at(0)?.id, feed.at(2)]).toEqual(['s1', 's0', null]);
});

test("whatever the sessions, the requests that are given out are the source's first", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({min: 1, max: 5})), fc.nat({max: 40}), (lengths, limit) => {
      const all = drain(feedOf(source(lengths).sessions, null)).flat();
      expect(drain(feedOf(source(lengths).sessions, limit)).flat()).toEqual(all.slice(0, limit));
    }),
  );
});

test('feeds that count together give out every session once between them', () => {
  fc.assert(
    fc.property(fc.array(fc.nat({max: 2})), fc.nat({max: 40}), (takers, limit) => {
      const lengths = [1, 3, 2, 1, 1, 4, 2];
      const {buffer} = new SharedCounts();
      // Each as another thread would make it, from the shared memory alone.
      const feeds = [0, 1, 2].map(() => feedOf(source(lengths).sessions, limit, new SharedCounts(buffer)));
      const taken = takers.flatMap(taker => feeds[taker]?.next()?.requests ?? []).map(({id}) => id);
      const rest = feeds.flatMap(feed => drain(feed).flat());
      const all = drain(feedOf(source(lengths).sessions, limit)).flat();
      expect([...taken, ...rest].toSorted()).toEqual(all.toSorted());
    }),
  );
});

test('feeds of different places, which share nothing, give out every session once between them', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({min: 1, max: 5})),
      fc.nat({max: 40}),
      fc.integer({min: 1, max: 6}),
      (lengths, limit, of) => {
        const feeds = Array.from({length: of}, (_, index) =>
          feedOf(source(lengths).sessions, limit, new SharedCounts(), {index, of}),
        );
        const all = drain(feedOf(source(lengths).sessions, limit));
        expect(feeds.map(drain)).toEqual(feeds.map((_, index) => all.filter((__, session) => session % of === index)));
        expect(feeds.every(({isOver}) => isOver)).toBe(true);
      },
    ),
  );
});
