import {shownNumber} from './number.ts';
import {plainText} from './plain-text.ts';
import {alignedLines} from './text-table.ts';
import type {MapRatio, MapRow} from './topology-map.ts';

const ratioText = (ratio: MapRatio | null): string => {
  if (ratio === null) return '-';
  const {estimate, low, high} = ratio;
  const shown = (value: number) => shownNumber(value, 'ratio');
  return low === null || high === null ? shown(estimate) : `${shown(estimate)} [${shown(low)}, ${shown(high)}]`;
};

/** One table for each two topologies, for a terminal. Ends in a line feed. */
export const topologyMapText = (rows: readonly MapRow[]): string => {
  const pairs = Map.groupBy(rows, ({a, b, gpus}) => JSON.stringify([a, b, gpus]));
  const tables = [...pairs.values()].flatMap(own => {
    const [first] = own;
    if (first === undefined) return [];
    const {a, b, gpus} = first;
    const side = (name: string, count: number | null) => `${plainText(name)} (GPUs: ${count ?? 'not known'})`;
    const lines = own.map(({stage, workload, ratios, winner, why}) => [
      plainText(stage),
      workload,
      ratioText(ratios.throughput),
      ratioText(ratios.ttft),
      ratioText(ratios.tpot),
      winner === null ? `open: ${plainText(why)}` : `${plainText(winner)} (${why})`,
    ]);
    const head = ['', '', 'output tok/s', 'TTFT p50', 'TPOT p50', 'wins'];
    return [
      `A  ${side(a, gpus.a)}`,
      `B  ${side(b, gpus.b)}`,
      ...alignedLines([head, ...lines], ['left', 'left', 'right', 'right', 'right', 'left']).map(line => `  ${line}`),
      '',
    ];
  });
  const none = 'No stage is in two of them with the same workload and load.';
  return [
    ...(tables.length === 0 ? [none] : tables),
    'Ratios are B/A. In brackets 95 %, over blocks in pairs.',
    '',
  ].join('\n');
};
