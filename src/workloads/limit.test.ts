import fc from 'fast-check';
import {expect, test} from 'vitest';
import type {Session} from '../schema/request.ts';
import {limitRequests} from './limit.ts';

const session = (id: string, requests: number): Session => ({
  id,
  requests: Array.from({length: requests}, (_, turn) => ({kind: 'embed', id: `${id}.${turn}`, texts: []})),
});

const ids = (sessions: Iterable<Session>) => [...sessions].map(({requests}) => requests.map(({id}) => id));

test('the last session is cut so that exactly the requests asked for are left', () => {
  const sessions = [session('a', 2), session('b', 3), session('c', 2)];
  expect(ids(limitRequests(sessions.values(), 4))).toEqual([
    ['a.0', 'a.1'],
    ['b.0', 'b.1'],
  ]);
});

test('a stream that ends early ends the limited one too', () => {
  expect(ids(limitRequests([session('a', 2)].values(), 5))).toEqual([['a.0', 'a.1']]);
});

test('nothing is taken beyond what is needed', () => {
  const source = [session('a', 2), session('b', 2)].values();
  expect(ids(limitRequests(source, 2)).length).toBe(1);
  expect(source.next().value?.id).toBe('b');
});

test('any limit below the total is met exactly', () => {
  const lengths = fc.array(fc.integer({min: 1, max: 9}), {minLength: 1});
  fc.assert(
    fc.property(lengths, fc.nat(), (counts, wish) => {
      const total = counts.reduce((sum, count) => sum + count, 0);
      const limit = wish % (total + 1);
      const sessions = counts.map((count, index) => session(`s${index}`, count));
      expect(ids(limitRequests(sessions.values(), limit)).flat().length).toBe(limit);
    }),
  );
});
