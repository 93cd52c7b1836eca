import {describe, expect, test} from 'vitest';
import {migration} from '../../suites/migration.ts';
import {type Calibration, calibrate} from './calibration.ts';
import {goalsOf} from './goals.ts';
import {cellOf, scenarios} from './scenarios.ts';
import {calibrationText} from './text.ts';

/** The whole plan has 11 metrics and takes as long as everything else. */
const two = scenarios.slice(0, 2);

const small = (workers: number, seed = 1) =>
  calibrate({
    plan: migration,
    decisions: 12,
    seed,
    workers,
    scenarios: two,
    signal: new AbortController().signal,
    onProgress: () => {},
  });

describe('a calibration', () => {
  test('is the same whatever the number of workers, and another one with another seed', async () => {
    const [one, both, other] = [await small(1), await small(2), await small(1, 2)];
    expect(JSON.stringify(both)).toBe(JSON.stringify(one));
    expect(other.rows).not.toEqual(one.rows);

    expect(one).toMatchObject({delta: 0.1, seed: 1, plan: 'migration'});
    expect(one.rows.map(({effect}) => effect)).toEqual([0, 0.5, 1, 1.5, 2]);
    for (const {decisions, go, noGo, inconclusive} of one.rows) {
      expect(decisions).toBe(12);
      expect(go + noGo + inconclusive).toBeCloseTo(1, 12);
    }
    for (const rate of [one.coverage, one.aaFalseAlarms]) {
      expect(rate).toBeGreaterThanOrEqual(0);
      expect(rate).toBeLessThanOrEqual(1);
    }
    expect(one.sensitivity.map(({name}) => name)).toEqual(['twice']);
    expect(calibrationText(one)).toContain('all of it twice as large');
  }, 30_000);

  test('ends early when it is interrupted', async () => {
    const aborted = new AbortController();
    const shown: number[] = [];
    await calibrate({
      ...{plan: migration, decisions: 2000, seed: 1, workers: 1, scenarios: two, signal: aborted.signal},
      onProgress: done => {
        shown.push(done);
        aborted.abort();
      },
    });
    expect(shown).toHaveLength(1);
  });
});

const row = (effect: number, go: number, noGo: number) => ({
  ...{effect, decisions: 100, go, noGo, inconclusive: 1 - go - noGo},
  ...{undecidable: 0, coverage: 0.95, claims: 0, meanPairs: 6},
});

describe('goals', () => {
  const good: Pick<Calibration, 'rows' | 'coverage' | 'aaFalseAlarms'> = {
    rows: [row(0, 0.9, 0), row(0.5, 0.5, 0), row(1, 0.05, 0.05), row(1.5, 0.01, 0.5), row(2, 0, 0.9)],
    coverage: 0.95,
    aaFalseAlarms: 0.05,
  };

  test('are met at their bounds', () => {
    expect(goalsOf(good).map(({met}) => met)).toEqual([true, true, true, true, true, true]);
  });

  test('each is missed by itself', () => {
    const missed = (change: Partial<typeof good>) =>
      goalsOf({...good, ...change}).flatMap(({met}, at) => (met ? [] : [at]));
    const rows = (effect: number, go: number, noGo: number) =>
      good.rows.map(each => (each.effect === effect ? row(effect, go, noGo) : each));
    expect(missed({rows: rows(1, 0.06, 0)})).toEqual([0]);
    expect(missed({rows: rows(1.5, 0.02, 0.5)})).toEqual([1]);
    expect(missed({rows: rows(0, 0.9, 0.06)})).toEqual([2]);
    expect(missed({coverage: 0.98})).toEqual([3]);
    expect(missed({rows: rows(2, 0, 0.89)})).toEqual([4]);
    expect(missed({aaFalseAlarms: 0.06})).toEqual([5]);
  });
});

test('a scenario of a metric that the plan does not judge is refused', () => {
  const [scenario] = scenarios;
  if (scenario === undefined) throw new Error('there is a scenario');
  const plan = {
    ...migration,
    workloads: migration.workloads.map(workload => ({
      ...workload,
      metrics: workload.metrics.map(each => ({...each, marginShare: null})),
    })),
  };
  expect(() => cellOf(plan, scenario, 1)).toThrow('migration has no margin');
});
