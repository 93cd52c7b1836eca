import {describe, expect, test} from 'vitest';
import {migration} from '../../suites/migration.ts';
import {metrics, metricValue} from '../stats/metrics.ts';
import {randomStream} from '../stats/random-stream.ts';
import {scheduleOf} from '../verdict/schedule.ts';
import {blockNoiseOf, drawSeries} from './block-noise.ts';
import {uniformDeviates} from './deviates.ts';
import {blockLevels, type MachineNoise, machineNoises} from './machine-noise.ts';
import {simulatePairs} from './simulate-pairs.ts';

const still: MachineNoise = {...machineNoises.measured, scale: 0, pauses: 0};
const sd = (values: readonly number[]) => {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1));
};

describe('levels of blocks', () => {
  const many = (noise: MachineNoise) => {
    const random = uniformDeviates(randomStream(3, 'levels'));
    return Array.from({length: 4000}, () => blockLevels(4, noise, random));
  };
  const at = (levels: readonly Float64Array[], place: number) => levels.map(level => level[place] as number);

  test('have the standard deviation that was measured, without drift', () => {
    expect(Math.abs(sd(at(many({...still, scale: 1, drift: 0}), 2)) - 1)).toBeLessThan(0.06);
  });

  test('of neighbours go together by the common share times what is carried over: 0.5 × 0.7', () => {
    const levels = many({...still, scale: 1, drift: 0});
    const [one, next] = [at(levels, 1), at(levels, 2)];
    const together = one.reduce((sum, value, index) => sum + value * (next[index] ?? 0), 0) / one.length;
    expect(Math.abs(together - 0.35)).toBeLessThan(0.06);
  });

  test('drift from the first to the last block by the standard deviation that was asked for', () => {
    const levels = many({...still, scale: 1, drift: 20, commonShare: 1, carriedOver: 1});
    const drifts = levels.map(level => (level[3] as number) - (level[0] as number));
    expect(Math.abs(sd(drifts) - 20)).toBeLessThan(0.7);
  });
});

describe('the series of a block', () => {
  const chat = {workload: 'chat', requests: 700, concurrency: 32};

  test('has 64 rates about the typical one, and a pause takes its share of the window away', () => {
    const noise = blockNoiseOf({...chat, series: 'outputTokensPerSecond'});
    const means = Array.from({length: 300}, (_, index) => {
      const draw = (pauseMs: number) => {
        const random = uniformDeviates(randomStream(index));
        const rates = drawSeries(noise, {shape: index, level: 0, pauseMs}, random);
        expect(rates).toHaveLength(64);
        return rates.reduce((sum, rate) => sum + rate, 0) / 64 / noise.typical;
      };
      return [draw(0), draw(noise.windowMs / 8)] as const;
    });
    const mean = (place: 0 | 1) => means.reduce((sum, both) => sum + both[place], 0) / means.length;
    expect(mean(0)).toBeCloseTo(1, 1);
    expect(Math.abs(mean(1) / mean(0) - 7 / 8)).toBeLessThan(0.01);
  });

  test('has a latency for each request, and a pause makes as many of them wait as were in flight', () => {
    const noise = blockNoiseOf({...chat, series: 'e2eMs'});
    const draw = (pauseMs: number) =>
      drawSeries(noise, {shape: 1, level: 0, pauseMs}, uniformDeviates(randomStream(2)));
    const without = draw(0);
    const waits = draw(1000).map((value, place) => value - (without[place] as number));
    expect(waits).toHaveLength(700);
    expect(waits.filter(wait => wait > 999)).toHaveLength(32);
    expect(waits.filter(wait => wait !== 0 && wait <= 999)).toHaveLength(0);
  });

  test('that no real run has measured is refused', () => {
    expect(() => blockNoiseOf({...chat, series: 'tpotMs'})).toThrow("noise of chat's tpotMs");
  });
});

test('a candidate that is worse by 50 % has 1.5 times the latency and 1/1.5 of the rate, in A/B pairs and not in A/A', () => {
  const [workload] = migration.workloads;
  if (workload === undefined) throw new Error('the plan has a workload');
  const [pairs] = simulatePairs({
    schedule: scheduleOf(migration, 1),
    subjects: [{workload, worseShare: 0.5}],
    machine: still,
    random: randomStream(5),
  });
  expect(pairs?.aa).toHaveLength(4);
  expect(pairs?.ab).toHaveLength(12);
  const ratio = (phase: 'aa' | 'ab', name: 'ttftP50Ms' | 'outputTokensPerSecond') => {
    const logs = (pairs?.[phase] ?? []).map(({baseline, candidate}) =>
      Math.log(
        (metricValue(metrics[name], candidate.series) ?? 0) / (metricValue(metrics[name], baseline.series) ?? 0),
      ),
    );
    return Math.exp(logs.reduce((sum, log) => sum + log, 0) / logs.length);
  };
  expect(ratio('aa', 'ttftP50Ms')).toBeCloseTo(1, 1);
  // The level of latencies is scaled by no noise here, so that what is left is within the blocks.
  expect(Math.abs(ratio('ab', 'ttftP50Ms') - 1.5)).toBeLessThan(0.06);
  expect(Math.abs(ratio('ab', 'outputTokensPerSecond') - 1 / 1.5)).toBeLessThan(0.03);
});

test('pauses of a given length are as rare as those measured, and make all in flight wait so long', () => {
  const [workload] = migration.workloads;
  if (workload === undefined) throw new Error('the plan has a workload');
  const drawn = (pauseMs: number) =>
    simulatePairs({
      schedule: scheduleOf(migration, 1),
      subjects: [{workload: {...workload, metrics: [{metric: 'e2eP50Ms', marginShare: 0.1}]}, worseShare: 0}],
      machine: {...still, pauseMs},
      random: randomStream(6),
    }).flatMap(({aa, ab}) => [...aa, ...ab].flatMap(({baseline, candidate}) => [baseline, candidate]));
  const without = drawn(0);
  const waits = drawn(1000).map(({series}, block) =>
    (series.e2eMs ?? []).filter((value, place) => value - (without[block]?.series.e2eMs?.[place] ?? 0) > 999),
  );
  const paused = waits.filter(({length}) => length > 0);
  expect(waits).toHaveLength(32);
  // A chance of 3.5 in 16 for each block; one that falls on the last requests makes fewer of them wait.
  expect(paused.length).toBeGreaterThan(1);
  expect(paused.length).toBeLessThan(16);
  for (const {length} of paused) expect(length).toBeLessThanOrEqual(32);
});
