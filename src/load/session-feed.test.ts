import fc from 'fast-check';
import {expect, test} from 'vitest';
import type {Session} from '../schema/request.ts';
import {SessionFeed} from './session-feed.ts';

/** Counts how many sessions were taken. */
const source = (lengths: readonly number[]) => {
  const counted = {taken: 0};
  const sessions = (function* (): Generator<Session, undefined> {
    for (const [session, length] of lengths.entries()) {
      counted.taken += 1;
      yield {
        id: `s${session}`,
        requests: Array.from({length}, (_, turn) => ({kind: 'embed', id: `s${session}t${turn}`, texts: ['a']})),
      };
    }
  })();
  return {counted, sessions};
};

const drain = (feed: SessionFeed) => {
  const sessions: Session[] = [];
  for (let session = feed.next(); session !== null; session = feed.next()) sessions.push(session);
  return sessions.map(({requests}) => requests.map(({id}) => id));
};

test('the last session is cut to meet the limit', () => {
  const {sessions, counted} = source([2, 3, 3, 2]);
  expect(drain(new SessionFeed(sessions, 6))).toEqual([['s0t0', 's0t1'], ['s1t0', 's1t1', 's1t2'], ['s2t0']]);
  expect(counted.taken).toBe(3);
});

test('without a limit there are as many as the source has', () => {
  expect(drain(new SessionFeed(source([1, 1]).sessions, null))).toEqual([['s0t0'], ['s1t0']]);
});

test('nothing is taken ahead, and nothing once the limit is met', () => {
  const {sessions, counted} = source([1, 1, 1]);
  const feed = new SessionFeed(sessions, 2);
  expect(counted.taken).toBe(0);
  feed.next();
  expect(counted.taken).toBe(1);
  feed.next();
  feed.next();
  expect(counted.taken).toBe(2);
});

test("whatever the sessions, the requests that are given out are the source's first", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({min: 1, max: 5})), fc.nat({max: 40}), (lengths, limit) => {
      const all = drain(new SessionFeed(source(lengths).sessions, null)).flat();
      expect(drain(new SessionFeed(source(lengths).sessions, limit)).flat()).toEqual(all.slice(0, limit));
    }),
  );
});
