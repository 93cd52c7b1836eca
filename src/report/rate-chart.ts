import type {RunRecord} from '../schema/record.ts';
import {axis, colourOf, faint, type LineChart, lineChart} from './chart-style.ts';
import {voidCodes} from './columns.ts';
import {shownNumber} from './number.ts';
import {plainText} from './plain-text.ts';
import {engineText} from './run-facts.ts';
import type {TrialSeries} from './trial-series.ts';
import {isStreamed} from './trial-text.ts';

const binText = (series: readonly TrialSeries[]): string => {
  const seconds = series.map(({binMs}) => binMs / 1000);
  const [shortest, longest] = [shownNumber(Math.min(...seconds), 's'), shownNumber(Math.max(...seconds), 's')];
  return shortest === longest ? `Bins of ${shortest} s` : `Bins of ${shortest} to ${longest} s`;
};

/** Output tokens (streams) or items (whole replies) a second over each trial; strong within the window that counts. */
export const rateChart = (record: RunRecord, series: readonly TrialSeries[]): LineChart => {
  const unit = series.some(({trial}) => isStreamed(trial)) ? 'Output tokens' : 'Items';
  const suites = [...new Set(series.map(({trial}) => trial.suite))];
  const datasets = series.map(({trial, binMs, rates}) => {
    const colour = colourOf(suites.indexOf(trial.suite));
    const isVoid = voidCodes(trial) !== null;
    const {startMs, endMs} = trial.window ?? {startMs: 0, endMs: 0};
    const counts = (seconds: number) => !isVoid && seconds * 1000 >= startMs && seconds * 1000 <= endMs;
    return {
      label: `${plainText(trial.suite)}${isVoid ? ', VOID' : ''}`,
      data: (rates ?? []).map((y, bin) => ({x: ((bin + 0.5) * binMs) / 1000, y})),
      borderColor: isVoid ? faint(colour) : colour,
      borderDash: isVoid ? [6, 5] : [],
      segment: {
        borderColor: ({p0, p1}: {p0: {parsed: {x: number | null}}; p1: {parsed: {x: number | null}}}) =>
          counts(p0.parsed.x ?? -1) && counts(p1.parsed.x ?? -1) ? colour : faint(colour),
      },
    };
  });
  return lineChart(
    {
      title: `${unit} per second over time`,
      subtitle: [
        plainText(`${engineText(record.engine)}, ${record.runId}`),
        `${binText(series)}; faint: outside the window that throughput is counted in`,
      ],
      simulated: record.evidence === 'simulated',
    },
    datasets,
    {x: axis('time since the trial began (s)', {min: 0}), y: axis(`${unit.toLowerCase()} per second`, {min: 0})},
  );
};
