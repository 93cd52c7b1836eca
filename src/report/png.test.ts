import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {exampleEmbedTrial, exampleRecord, exampleTrial} from '../records/test-run.ts';
import type {RunRecord} from '../schema/record.ts';
import type {Sweep} from '../schema/sweep.ts';
import {chatSampleAt, embedSample} from '../stats/test-samples.ts';
import {cumulativeShares, latencyChart} from './latency-chart.ts';
import {renderPng} from './png.ts';
import {rateChart} from './rate-chart.ts';
import {sweepChart} from './sweep-chart.ts';
import {trialSeries} from './trial-series.ts';

const lag = {code: 'client-lag', severity: 'void', message: '', hint: null} as const;

const runOf = (record: Partial<RunRecord>) => ({
  record: exampleRecord(record),
  async *samples() {
    for (let index = 0; index < 100; index += 1) {
      yield chatSampleAt(index * 100, {index, firstTokenMs: index * 100 + 10 + index});
      yield embedSample({trial: 1, index, sentMs: index * 10, endMs: index * 10 + 12});
    }
  },
});
const both = {trials: [exampleTrial(), exampleEmbedTrial({index: 1, durationMs: 1000})]};

describe('the files', () => {
  test('are a distribution and a course over time for streams, and the same for whole replies', async () => {
    const files = await renderPng(runOf(both));
    expect(files.map(({name}) => name)).toEqual([
      'ttft.png',
      'tokens-over-time.png',
      'reply-latency.png',
      'items-over-time.png',
    ]);
    for (const {content} of files) expect(Buffer.from(content).subarray(1, 4).toString()).toBe('PNG');
  });

  test('are only those that the run has something for', async () => {
    expect((await renderPng(runOf({}))).map(({name}) => name)).toEqual(['ttft.png', 'tokens-over-time.png']);
    expect(await renderPng(runOf({trials: []}))).toEqual([]);
  });
});

describe('the charts', () => {
  const charts = async (record: Partial<RunRecord>) => {
    const run = runOf(record);
    const series = await trialSeries(run);
    return [latencyChart(run.record, series), rateChart(run.record, series)];
  };

  test('say SIMULATED in the title and across the plot where the evidence is', async () => {
    for (const {options, plugins} of await charts({evidence: 'simulated'})) {
      expect(options?.plugins?.title?.text).toMatch(/\(SIMULATED\)$/);
      expect(plugins?.map(({id}) => id)).toContain('simulatedMark');
    }
  });

  test('do not say it where the evidence is real', async () => {
    expect(JSON.stringify(await charts({}))).not.toMatch(/simulated/i);
  });

  test('have one curve a suite, and void trials as another that says so', async () => {
    const trials = [exampleTrial(), exampleTrial({index: 1, findings: [lag]}), exampleTrial({index: 2})];
    const [latency] = await charts({trials});
    expect(latency?.data.datasets.map(({label}) => label)).toEqual(['chat (n = 100)', 'chat, VOID (n = 0)']);
  });

  test('have a logarithmic axis only where values lie a factor of ten apart', async () => {
    const [wide] = await charts({}); // 10..109 ms
    expect(wide?.options?.scales?.x).toMatchObject({type: 'logarithmic', min: 10, max: 200});
    const [narrow] = await charts({trials: [exampleEmbedTrial({index: 1})]}); // 12 ms each
    expect(narrow?.options?.scales?.x).toMatchObject({
      type: 'linear',
      title: {text: 'latency of whole replies (ms)'},
    });
  });
});

describe('the chart of a sweep', () => {
  const level = (trial: number, at: number, goodShare: number | null) => ({
    trial,
    level: at,
    throughput: 100 * at,
    ttftP99Ms: null,
    goodShare,
  });
  const overSlots: Sweep = {
    stage: 'capacity',
    repetition: 2,
    spec: {over: 'concurrency', from: 1, to: 64, gainShare: 0.1, requestsPerSlot: 4},
    levels: [level(0, 1, null), level(1, 2, null)],
    found: {level: 1, throughput: 100},
    stopped: 'enough',
  };
  const slo = {ttftP99Ms: 500, tpotP99Ms: null, e2eP99Ms: 9000};
  const overRate: Sweep = {
    ...overSlots,
    stage: 'goodput',
    spec: {over: 'rate', from: 4, to: 64, slo, resolution: 0.05, secondsPerLevel: 30},
    levels: [level(0, 4, 1), level(1, 8, 0.5), level(2, 6, 0.75)],
    found: null,
  };

  test('is a file of its own, unless it was broken off in its first level', async () => {
    const sweeps = [overSlots, overRate, {...overSlots, repetition: 3, levels: []}];
    const files = await renderPng(runOf({trials: [], sweeps}));
    expect(files.map(({name}) => name)).toEqual(['sweep-capacity-2.png', 'sweep-goodput-2.png']);
  });

  test('over concurrency has the throughput at each level, and a line at the one that was found', () => {
    const {data, options} = sweepChart(exampleRecord({sweeps: [overSlots]}), overSlots);
    expect(data.datasets.map(one => [one.label, one.data])).toEqual([
      ['output tokens a second', [1, 2].map(x => ({x, y: 100 * x}))],
      ['found: 1 in flight', [0, 200].map(y => ({x: 1, y}))],
    ]);
    expect(options?.scales?.right).toBeUndefined();
  });

  test('over rate has the good share as well, from the lowest rate to the highest, and says the SLO', () => {
    const {data, options} = sweepChart(exampleRecord({sweeps: [overRate]}), overRate);
    expect(data.datasets.map(one => [one.label, one.data.map(({x, y}) => `${x} ${y}`).join(', ')])).toEqual([
      ['output tokens a second', '4 400, 6 600, 8 800'],
      ['good requests (right)', '4 100, 6 75, 8 50'],
      ['99 % good', '4 99, 8 99'],
    ]);
    expect(options?.plugins?.subtitle?.text).toContainEqual(
      'Good: TTFT at most 500 ms, E2E at most 9000 ms. A dot is a trial; faint: void',
    );
  });
});

describe('the share of values that are at most x', () => {
  test('of four values is 25 % at the smallest and 100 % at the largest', () => {
    expect(cumulativeShares([30, 10, 20, 40])).toEqual([
      {x: 10, y: 25},
      {x: 20, y: 50},
      {x: 30, y: 75},
      {x: 40, y: 100},
    ]);
  });

  test('is right at every point that is drawn, however many values there are', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(1000), {minLength: 1, maxLength: 2000}), values => {
        const points = cumulativeShares(values);
        expect(points.length).toBeLessThanOrEqual(500);
        expect(points.at(-1)).toEqual({x: Math.max(...values), y: 100});
        for (const {x, y} of points) {
          const [below, atMost] = [values.filter(value => value < x).length, values.filter(value => value <= x).length];
          const rank = (y * values.length) / 100;
          expect(rank).toBeGreaterThan(below - 1e-6);
          expect(rank).toBeLessThan(atMost + 1e-6);
        }
      }),
      {numRuns: 30},
    );
  });
});
