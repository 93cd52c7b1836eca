import {expect, test} from 'vitest';
import {chatSampleAt, embedSample} from '../stats/test-samples.ts';
import {measure, median, middleMean} from './fit-measures.ts';

test('the middle half of 1, 2, 3, 10 is 2 and 3, whose mean is 2.5, whatever the largest is', () => {
  expect(middleMean(Float64Array.of(1, 2, 3, 10))).toBe(2.5);
  expect(middleMean(Float64Array.of(1, 2, 3, 1000))).toBe(2.5);
  expect(middleMean(Float64Array.of(7))).toBe(7);
});

test('latencies are of all repetitions together, and the rate is over the time of all of them', () => {
  // Each chat: first token after 50 ms, gaps of 10 ms, over after 80 ms by its tokens and 81 ms by the reply.
  const once = [chatSampleAt(0), chatSampleAt(100)]; // 181 ms
  const again = [chatSampleAt(0)]; // 81 ms
  expect(measure([once, again], median)).toEqual({TTFT: 50, ITL: 10, E2E: 80, requests: (3 / 262) * 1000});
});

test('what was not streamed has no first token, and that is not 0', () => {
  expect(measure([[embedSample()]], median)).toEqual({TTFT: null, ITL: null, E2E: 20, requests: 50});
});
