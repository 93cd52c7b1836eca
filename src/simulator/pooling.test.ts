import {expect, test} from 'vitest';
import {createPooling} from './pooling.ts';

/** A batch takes 1 ms a token, so that its duration tells what was in it. */
const setUp = (maxBatchedTokens: number) => createPooling({maxBatchedTokens, batchMs: tokens => tokens});
const itemsAt = (readyAtMs: number, ...tokens: number[]) => tokens.map(count => ({tokens: count, readyAtMs}));
const ids = (pooling: ReturnType<typeof createPooling>) => pooling.end().map(({id}) => id);

test('requests that wait together are done in one batch', () => {
  const pooling = setUp(100);
  pooling.submit({id: 1, items: itemsAt(5, 10, 20)});
  pooling.submit({id: 2, items: itemsAt(6, 30)});
  expect(pooling.readyAtMs()).toBe(5);
  expect(pooling.begin(6)).toBe(60);
  expect(pooling.counts()).toEqual({running: 2, waiting: 0});
  expect(ids(pooling)).toEqual([1, 2]);
  expect(pooling.readyAtMs()).toBeNull();
});

test('one that is not ready yet is left to the next batch', () => {
  const pooling = setUp(100);
  pooling.submit({id: 1, items: itemsAt(5, 10)});
  pooling.submit({id: 2, items: itemsAt(6, 30)});
  expect(pooling.begin(5)).toBe(10);
  expect(pooling.counts()).toEqual({running: 1, waiting: 1});
  expect(ids(pooling)).toEqual([1]);
  expect(pooling.begin(15)).toBe(30);
  expect(ids(pooling)).toEqual([2]);
});

test('the items of a request that are not ready yet are left to the next batch', () => {
  const pooling = setUp(100);
  pooling.submit({id: 1, items: [...itemsAt(5, 10), ...itemsAt(8, 20, 30)]});
  expect(pooling.begin(5)).toBe(10);
  expect(ids(pooling)).toEqual([]);
  expect(pooling.readyAtMs()).toBe(8);
  expect(pooling.begin(8)).toBe(50);
  expect(ids(pooling)).toEqual([1]);
});

test('a request over the budget goes through several batches, and is done with its last item', () => {
  const pooling = setUp(25);
  pooling.submit({id: 1, items: itemsAt(0, 10, 10, 10)});
  pooling.submit({id: 2, items: itemsAt(0, 5)});
  expect(pooling.begin(0)).toBe(20); // the third item of request 1 has no room, and 2 does not overtake it
  expect(ids(pooling)).toEqual([]);
  expect(pooling.begin(20)).toBe(15);
  expect(ids(pooling)).toEqual([1, 2]);
});

test('an item over the budget goes alone', () => {
  const pooling = setUp(25);
  pooling.submit({id: 1, items: itemsAt(0, 5, 40, 5)});
  expect([pooling.begin(0), ids(pooling)]).toEqual([5, []]);
  expect([pooling.begin(0), ids(pooling)]).toEqual([40, []]);
  expect([pooling.begin(0), ids(pooling)]).toEqual([5, [1]]);
});

test('a cancelled request is forgotten, also within a batch', () => {
  const pooling = setUp(100);
  pooling.submit({id: 1, items: itemsAt(0, 10)});
  pooling.submit({id: 2, items: itemsAt(0, 10)});
  pooling.begin(0);
  pooling.cancel(1);
  expect(ids(pooling)).toEqual([2]);
});
