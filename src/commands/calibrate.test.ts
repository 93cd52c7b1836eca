import {describe, expect, test} from 'vitest';
import type {Calibration} from '../calibrate/calibration.ts';
import {scenarios} from '../calibrate/scenarios.ts';
import {cutover} from './test-cutover.ts';

describe('calibrate', () => {
  test('prints the table as JSON: rates 0…1 that add up to 1 in each row, effects in multiples of delta', async () => {
    const {exitCode, stdout, stderr} = await cutover(
      'calibrate',
      '--decisions',
      '3',
      '--seed',
      '9',
      '--json',
      '--quiet',
    );
    expect({exitCode, stderr}).toEqual({exitCode: 0, stderr: ''});
    const calibration = JSON.parse(stdout) as Calibration;
    expect(calibration).toMatchObject({delta: 0.1, seed: 9, plan: 'migration', noise: 'measured'});
    expect(calibration.rows.map(({effect, decisions}) => [effect, decisions])).toEqual([
      [0, 3],
      [0.5, 3],
      [1, 3],
      [1.5, 3],
      [2, 3],
    ]);
    expect(calibration.sensitivity.map(({name}) => name)).toEqual(scenarios.slice(1).map(({name}) => name));
    for (const {delta, rows, coverage, aaFalseAlarms} of [calibration, ...calibration.sensitivity]) {
      expect(delta).toBeGreaterThan(0);
      for (const {go, noGo, inconclusive} of rows) expect(go + noGo + inconclusive).toBeCloseTo(1, 12);
      for (const rate of [
        coverage,
        aaFalseAlarms,
        ...rows.flatMap(({go, noGo, inconclusive}) => [go, noGo, inconclusive]),
      ]) {
        expect(rate).toBeGreaterThanOrEqual(0);
        expect(rate).toBeLessThanOrEqual(1);
      }
    }
  });

  test('ends with exit code 10 and names every option that is wrong, before it simulates anything', async () => {
    const wrong = ['--decisions', '0', '--seed', '-1', '--workers', 'many', '--requests', '8'];
    const {exitCode, stdout, stderr} = await cutover('calibrate', ...wrong);
    expect({exitCode, stdout}).toEqual({exitCode: 10, stdout: ''});
    expect(stderr).toMatch(/^BAD_OPTIONS: calibrate: 4 mistakes in the options\n/);
    for (const option of ['--decisions', '--seed', '--workers', '--requests']) expect(stderr).toContain(option);
  });

  test('ends with exit code 10 where an operand is given', async () => {
    const {exitCode, stdout} = await cutover('calibrate', 'migration');
    expect({exitCode, stdout}).toEqual({exitCode: 10, stdout: ''});
  });
});
