import {expect, test} from 'vitest';
import {temporaryFolder} from '../records/test-folder.ts';
import {interferencesOf} from '../report/interference-columns.ts';
import {benchHere, simulatorThread} from './test-cutover.ts';

test('chat, embed and rerank run alone and then at the same time, and every request of each is exact', async () => {
  await using place = await temporaryFolder();
  await using simulator = await simulatorThread('vllm');
  const {failure, record, samples, stdout} = await benchHere(
    place.path,
    ...['--engine', 'vllm', '--attach', simulator.url, '--suite', 'mixed', '--format', 'markdown'],
    ...['--duration', '1', '--warmup', '4', '--output-tokens', '8', '--batch', '2'],
  );
  expect(failure).toBeNull();
  const {trials} = record;
  expect(trials.map(({index, suite}) => `${index} ${suite}`)).toEqual([
    '0 chat-alone',
    '1 embed-alone',
    '2 rerank-alone',
    '3 chat',
    '4 embed',
    '5 rerank',
  ]);
  expect(trials.map(({together}) => together)).toEqual([null, null, null, [3, 4, 5], [3, 4, 5], [3, 4, 5]]);

  // Samples lie trial by trial, and each trial counts its own.
  const order = samples.map(({trial}) => trial);
  expect(order).toEqual(order.toSorted((a, b) => a - b));
  const truth = await simulator.truth();
  for (const {index, counts, promptTokens} of trials) {
    const mine = samples.filter(({trial}) => trial === index);
    expect(counts).toEqual({ok: mine.length, failed: 0});
    const rows = mine.map(({id}) => truth.get(id));
    expect(promptTokens).toBe(rows.reduce((sum, row) => sum + (row?.promptTokens ?? Number.NaN), 0));
  }

  // One thread sent all three: what each cost it is not known.
  const known = trials.map(({client}) => client.cpuMsPerRequest !== null);
  expect(known).toEqual([true, true, true, false, false, false]);

  // None began before all warm-ups were over, and each before any other had ended.
  const measured = [...truth.values()].filter(({id}) => /^t[345]\.(?!warmup)/.test(id));
  const warmedUp = [...truth.values()].filter(({id}) => /^t[345]\.warmup/.test(id));
  expect(warmedUp).toHaveLength(3 * 4);
  expect(Math.max(...warmedUp.map(({endMs}) => endMs))).toBeLessThan(
    Math.min(...measured.map(({receivedMs}) => receivedMs)),
  );
  const spans = [3, 4, 5].map(trial => measured.filter(({id}) => id.startsWith(`t${trial}.`)));
  const began = spans.map(rows => Math.min(...rows.map(({receivedMs}) => receivedMs)));
  const ended = spans.map(rows => Math.max(...rows.map(({endMs}) => endMs)));
  expect(Math.max(...began)).toBeLessThan(Math.min(...ended));

  // Alone and together the same arrivals, and a line for each.
  const pairs = interferencesOf(record);
  expect(pairs.map(({alone, together}) => `${alone.suite} ${together.suite}`)).toEqual([
    'chat-alone chat',
    'embed-alone embed',
    'rerank-alone rerank',
  ]);
  for (const {alone, together} of pairs) {
    expect(together.counts).toEqual(alone.counts);
    expect(together.dataHash).not.toBe(alone.dataHash);
  }
  expect(stdout).toMatch(/^together +rep +E2E p50 alone/m);
});
