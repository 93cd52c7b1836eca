import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {histogramError} from '../../../stats/latency-histogram.ts';
import {TrialSummary} from '../../../stats/trial.ts';
import {addHistograms} from './add-histograms.ts';
import {holdExactly} from './hold-exactly.ts';
import {joinExactly} from './join-exactly.ts';
import {renderPage} from './page.ts';
import {planArrivalsOfAll} from './plan-arrivals.ts';
import {complaints, type ExactJoin, type Results, worstError} from './results.ts';
import type {Measured} from './run-part.ts';
import {outline, shardSamples} from './shard-samples.ts';
import {type ShardsJob, writeShards} from './write-shards.ts';

const [shards, samplesEach, tokens] = [20, 60, 16];
const ofShard = (index: number) => shardSamples({seed: 7, place: {index, of: shards}, count: samplesEach, tokens});

const joined = async (from: ShardsJob['from']) => {
  const root = await mkdtemp(join(tmpdir(), 'cutover-bench-merge-'));
  try {
    const job = {seed: 7, folder: join(root, 'shards'), shards, samplesEach, tokens, from};
    const {bytes} = await writeShards(job);
    return {bytes, result: await joinExactly(job)};
  } finally {
    await rm(root, {recursive: true});
  }
};

const measured = <Result>(result: Result): Measured<Result> => ({
  result,
  cost: {seconds: 1, cpuSeconds: 0.5, startMb: 90, peakMb: 120},
});

test('the samples of a shard are the same each time, of it alone, and as the client stamps and orders them', () => {
  const [one, again, other] = [ofShard(3), ofShard(3), ofShard(4)];
  expect(again).toEqual(one);
  expect(one.map(({index}) => index % shards)).toEqual(one.map(() => 3));
  expect(one.map(({endMs}) => endMs)).toEqual(one.map(({endMs}) => endMs).toSorted((a, b) => a - b));
  expect(one[0]?.endMs).not.toBe(other[0]?.endMs);
  for (const {scheduledMs, sentMs, firstTokenMs, tokenEventsMs} of one) {
    expect(scheduledMs).toBeLessThanOrEqual(sentMs);
    expect(firstTokenMs).toBe(tokenEventsMs[0]);
    expect(tokenEventsMs).toEqual(tokenEventsMs.map(ms => Math.round(ms * 1000) / 1000));
  }
});

test('both joins come to what all samples at once come to, and are told as that', async () => {
  const [blocks, folders] = [await joined('blocks'), await joined('folders')];
  expect(folders.result).toEqual(blocks.result);
  expect(blocks.result.outOfOrder).toBe(0);
  expect(worstError(blocks.result)).toBeLessThanOrEqual(histogramError);

  const all = Array.from({length: shards}, (_, index) => ofShard(index)).flat();
  const summary = new TrialSummary(outline);
  for (const sample of all.toSorted((a, b) => a.endMs - b.endMs)) summary.add(sample);
  const {counts, ttftMs, e2eMs} = summary.numbers();
  expect(counts.ok + counts.failed).toBe(shards * samplesEach);
  expect(blocks.result).toMatchObject({counts, ttftMs: {exact: ttftMs}, e2eMs: {exact: e2eMs}});

  const one: ExactJoin = {
    ...measured(blocks.result),
    shards,
    samples: shards * samplesEach,
    tokens,
    bytes: blocks.bytes,
  };
  const values = 3 * 500;
  const results: Results = {
    ...{few: one, long: one, many: one, folders: {...one, bytes: folders.bytes}},
    arrivals: measured(planArrivalsOfAll({seed: 7, arrivals: 1000})),
    held: measured(holdExactly({seed: 7, samples: 1000})),
    histograms: {...measured(addHistograms({seed: 7, shards: 3, valuesEach: 500})), shards: 3, values},
  };
  expect(complaints(results)).toEqual([]);
  const page = renderPage({machine: 'a machine', at: '2026-11-22 13:00 UTC', results, wrong: []});
  expect(page).toContain('| samples | 1,200 | 1,200 | 1,200 | 1,200 |  |');
  expect(page).toContain('| values counted, one by one | 1,500 |');
  expect(page).toContain('No sample was lost');

  const broken: Results = {
    ...results,
    few: {...one, samples: 1201},
    many: {...one, cost: {...one.cost, peakMb: 90 + 10 + 128 + 1}},
    histograms: {...results.histograms, values: 1501},
  };
  expect(complaints(broken)).toEqual([
    '1200 samples of 20 shards were joined, not 1201',
    'the join of 20 shards took 229 MB at its peak',
    '1500 values were counted in histograms, not 1501',
  ]);
});
