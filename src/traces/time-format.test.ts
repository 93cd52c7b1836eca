import {expect, test} from 'vitest';
import {timeFormatOf} from './time-format.ts';

/** What the second line means where the first one is as given; one line that is both where there is no header. */
const read = (first: string, line = first) => timeFormatOf(first).timeMs(line);

test.each([
  ['Mooncake', '{"timestamp": 27482, "input_length": 6955, "output_length": 52, "hash_ids": [46, 47]}', 27_482],
  ['Qwen-Bailian', '{"chat_id": 159, "parent_chat_id": 55, "timestamp": 61.114, "input_length": 521}', 61_114],
  ['JSONL with dates', '{"timestamp": "2023-11-16T18:15:46.5Z"}', Date.UTC(2023, 10, 16, 18, 15, 46, 500)],
  ['plain numbers', '12.5', 12_500],
  ['numbers beside others', '0.25 17 3', 250],
  ['numbers in quotes', '"3","a"', 3000],
  ['an exponent', '1.5e3', 1_500_000],
  ['columns of tabs', '2\t3', 2000],
])('%s without a header', (_, line, timeMs) => {
  expect(timeFormatOf(line).hasHeader).toBe(false);
  expect(read(line)).toBe(timeMs);
});

test.each([
  ['BurstGPT', 'Timestamp,Model,Request tokens,Response tokens,Total tokens,Log Type', '5,ChatGPT,472,18,490,x', 5000],
  ['milliseconds', 'time_ms', '5', 5],
  ['milliseconds', 'arrivalMs,tokens', '5,1', 5],
  ['milliseconds', '"Arrival time (ms)";tokens', '5;1', 5],
  ['microseconds', 'ts_us', '5000', 5],
  ['nanoseconds', 'start-ns,b', '5000000,1', 5],
  ['seconds', 'time_s,latency_ms', '5,1', 5000],
  ['seconds', 'arrivals,ms', '5,1', 5000],
])('%s by the header %s', (_, header, line, timeMs) => {
  expect(timeFormatOf(header).hasHeader).toBe(true);
  expect(read(header, line)).toBe(timeMs);
});

test.each([
  ['2023-11-16 18:15:46.6805900,374,44', 680.59],
  ['2023-11-16T18:15:46Z', 0],
  ['2023-11-16 18:15:46.25+00:00,1', 250],
  ['"2023-11-16 19:15:46.5 +0100";x', 500],
])('the date in %s is read to its last digit, and is one of UTC where it has no zone', (line, beyondSecondMs) => {
  const secondMs = Date.UTC(2023, 10, 16, 18, 15, 46);
  expect(read('TIMESTAMP,ContextTokens,GeneratedTokens', line) - secondMs).toBeCloseTo(beyondSecondMs, 3);
  expect(timeFormatOf(line).hasHeader).toBe(false);
});

test.each([
  ['{"timestamp": 1}', '{"time": 1}'],
  ['{"timestamp": 1}', '{"timestamp": null}'],
  ['{"timestamp": 1}', '{"timestamp": 1'],
  ['{"timestamp": 1}', '17'],
  ['time,x', ',3'],
  ['time,x', 'five,3'],
  ['time,x', '0x10,3'],
  ['time,x', '2023-13-45 99:00:00'],
  ['time,x', 'Infinity'],
])('after %s the line %s has no time', (first, line) => {
  expect(read(first, line)).toBeNaN();
});

test('what a line must have is said in a few words', () => {
  expect(timeFormatOf('{}').what).toBe('"timestamp" in ms');
  expect(timeFormatOf('time_ms').what).toBe('date or number (in ms) in its first column');
});
