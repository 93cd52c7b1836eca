import {describe, expect, test} from 'vitest';
import {renderPage} from './page.ts';
import {rivalNames, rows} from './rows.ts';
import {fullScenarios} from './scenarios.ts';
import {renderTable, shown} from './table.ts';
import {measuredAs} from './test-outcome.ts';

const accuracy = (p50: number, p99: number) => {
  const error = {p50, p99};
  return {matched: 1, unmatched: 0, ttft: error, itl: error, e2e: error, ttftEach: error};
};
const lineOf = (table: string, beginning: string) =>
  table.split('\n').filter(line => line.startsWith(`| ${beginning}`));

describe('the table', () => {
  test('shows the median and the spread of the repetitions beside goal and rivals', () => {
    const measured = [
      measuredAs('32 streams', 'ours', {accuracy: accuracy(0.2, 0.9)}),
      measuredAs('32 streams', 'ours', {accuracy: accuracy(0.1, 3)}),
      measuredAs('32 streams', 'ours', {accuracy: accuracy(0.3, 0.8)}),
    ];
    expect(lineOf(renderTable({measured, programs: []}), 'TTFT error')).toEqual([
      '| TTFT error p50 / p99, 32 streams, ms | ≤ 0.3 / 1 | 0.20 [0.10..0.30] / 0.90 [0.80..3.00] | met |  ' +
        '| 5.5 / 13 | 5.2 / 9.4 | 3.5 / 13 | 11 / 44 |  | 0.3 / 0.9 |',
    ]);
  });

  test('an error is too large on either side, and one figure of a pair is enough to miss', () => {
    const measured = [measuredAs('32 streams', 'ours', {accuracy: accuracy(-0.4, 0.5)})];
    expect(lineOf(renderTable({measured, programs: []}), 'TTFT error')[0]).toContain('| -0.40 / 0.50 | **missed** |');
  });

  test('shows the draining client beside what it can be compared in', () => {
    const measured = [measuredAs('null', 'ours', {cpuSeconds: 2.56}), measuredAs('null', 'drain', {cpuSeconds: 0.64})];
    expect(lineOf(renderTable({measured, programs: []}), 'CPU seconds')[0]).toContain('| ≤ 2 | 2.00 | met | 0.50 |');
  });

  test('leaves out what was not measured, and does not judge it', () => {
    expect(renderTable({measured: [], programs: []}).split('\n')).toHaveLength(2);
    const programs = [
      {name: '512 streams' as const, asked: 4096, served: 4096, exitCode: 0, startSeconds: 0.7, peakMemoryMb: null},
    ];
    const table = renderTable({measured: [], programs});
    expect(lineOf(table, 'peak memory')).toEqual([]);
    expect(lineOf(table, 'start to first request')[0]).toContain('| ≤ 0.8 | 0.70 | met |');
  });

  test('every line is of a scenario that is run', () => {
    const names = fullScenarios.map(({name}) => name);
    for (const {scenario} of rows) if (scenario !== null) expect(names).toContain(scenario);
    expect(rivalNames).toHaveLength(6);
  });

  test('stands on a page that says on what machine, how often, and what the ratio is', () => {
    const measured = [
      measuredAs('null, token by token', 'ours', {cpuSeconds: 5}),
      measuredAs('null, token by token', 'drain', {cpuSeconds: 2}),
    ];
    const page = renderPage({
      machine: 'a machine',
      repetitions: 3,
      results: {measured, programs: []},
      wrong: ['lost one'],
    });
    expect(page).toContain('a machine. Medians of 3 interleaved runs');
    expect(page).toContain('- **Wrong**: lost one');
    expect(page).toContain('costs 2.50 times what draining it costs');
  });
});

test('numbers have as many digits as they are worth', () => {
  expect([0.004, -0.004, 0.05, 9.994, 12.34, 123.4, 48_188.2].map(shown)).toEqual([
    '0',
    '0',
    '0.05',
    '9.99',
    '12.3',
    '123',
    '48,188',
  ]);
});
