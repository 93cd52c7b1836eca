import {expect, test} from 'vitest';
import {blockCost} from './block-cost.ts';
import {metrics} from './metrics.ts';
import {randomStream} from './random-stream.ts';

const drawing = {count: 100, random: randomStream('block')};
const values = Array.from({length: 64}, (_, at) => 90 + ((at * 7) % 21));

test('the cost is the logarithm of what is better lower, and its negative of what is better higher', () => {
  expect(blockCost({metric: metrics.e2eP50Ms, series: {e2eMs: [20]}, ...drawing})?.cost).toBeCloseTo(Math.log(20), 12);
  expect(blockCost({metric: metrics.itemsPerSecond, series: {itemsPerSecond: [20]}, ...drawing})?.cost).toBeCloseTo(
    -Math.log(20),
    12,
  );
});

test('deviations are around 0, and their variance is told', () => {
  const found = blockCost({metric: metrics.requestsPerSecond, series: {requestsPerSecond: values}, ...drawing});
  const deviations = [...(found?.deviations ?? [])];
  expect(deviations).toHaveLength(100);
  expect(deviations.reduce((sum, deviation) => sum + deviation, 0)).toBeCloseTo(0, 12);
  const squares = deviations.reduce((sum, deviation) => sum + deviation ** 2, 0);
  expect(found?.variance).toBeCloseTo(squares / 99, 12);
  expect(found?.variance).toBeGreaterThan(0);
});

test('there is none without the series, of a P99 with too few requests, and where nothing was done', () => {
  expect(blockCost({metric: metrics.ttftP50Ms, series: {}, ...drawing})).toBeNull();
  expect(blockCost({metric: metrics.ttftP99Ms, series: {ttftMs: values}, ...drawing})).toBeNull();
  expect(blockCost({metric: metrics.itemsPerSecond, series: {itemsPerSecond: [0, 0]}, ...drawing})).toBeNull();
  // Resamples of one busy second among idle ones may miss it.
  expect(
    blockCost({metric: metrics.itemsPerSecond, series: {itemsPerSecond: [...Array(20).fill(0), 9]}, ...drawing}),
  ).toBeNull();
});
