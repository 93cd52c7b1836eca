import type {RunRecord} from '../schema/record.ts';
import {axis, colourOf, faint, type LineChart, lineChart, logarithmicMarks} from './chart-style.ts';
import {voidCodes} from './columns.ts';
import {plainText} from './plain-text.ts';
import {engineText} from './run-facts.ts';
import type {TrialSeries} from './trial-series.ts';
import {isStreamed} from './trial-text.ts';

/** More points than the chart has columns would not be seen. */
const mostPoints = 500;

/** The share of the values (in %) that are at most x, at evenly spaced ranks up to the largest value. */
export const cumulativeShares = (values: readonly number[]): {x: number; y: number}[] => {
  const sorted = Float64Array.from(values).sort();
  const points = Math.min(sorted.length, mostPoints);
  return Array.from({length: points}, (_, point) => {
    const rank = Math.ceil(((point + 1) * sorted.length) / points);
    return {x: sorted[rank - 1] ?? Number.NaN, y: (rank * 100) / sorted.length};
  });
};

/** A logarithmic axis where the values lie so far apart that a linear one would press most of them to its left edge. */
const latencyAxis = (text: string, values: readonly {x: number}[]) => {
  let [smallest, largest] = [Number.POSITIVE_INFINITY, 0];
  for (const {x} of values) [smallest, largest] = [Math.min(smallest, x), Math.max(largest, x)];
  return smallest <= 0 || largest < 10 * smallest
    ? axis(`${text} (ms)`)
    : axis(`${text} (ms, logarithmic)`, {type: 'logarithmic', marks: logarithmicMarks(smallest, largest)});
};

/** How TTFT (streams) or E2E (whole replies) is distributed: a curve a suite over all its valid trials, void ones apart. */
export const latencyChart = (record: RunRecord, series: readonly TrialSeries[]): LineChart => {
  const streamed = series.some(({trial}) => isStreamed(trial));
  const name = streamed ? 'time to first token' : 'latency of whole replies';
  const suites = [...new Set(series.map(({trial}) => trial.suite))];
  const curves = Map.groupBy(series, ({trial}) => JSON.stringify([trial.suite, voidCodes(trial) !== null]));
  const datasets = [...curves.values()].map(members => {
    const [{trial}] = members as [TrialSeries];
    const isVoid = voidCodes(trial) !== null;
    const values = members.flatMap(({latenciesMs}) => latenciesMs);
    const colour = colourOf(suites.indexOf(trial.suite));
    return {
      label: `${plainText(trial.suite)}${isVoid ? ', VOID' : ''} (n = ${values.length})`,
      data: cumulativeShares(values),
      borderColor: isVoid ? faint(colour) : colour,
      borderDash: isVoid ? [6, 5] : [],
      stepped: 'before' as const,
    };
  });
  const from = new Set(series.map(({trial}) => trial.latencyFrom));
  const counted =
    from.size > 1
      ? 'the planned time in open loop, the send in closed loop'
      : from.has('scheduled')
        ? 'the planned time'
        : 'the send';
  return lineChart(
    {
      title: `Distribution of the ${name}`,
      subtitle: [plainText(`${engineText(record.engine)}, ${record.runId}`), `Counted from ${counted}`],
      simulated: record.evidence === 'simulated',
    },
    datasets,
    {
      x: latencyAxis(
        name,
        datasets.flatMap(({data}) => data),
      ),
      y: axis('requests answered within it (%)', {marks: [0, 25, 50, 75, 90, 100]}),
    },
  );
};
