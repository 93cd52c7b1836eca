import {type Arm, arms} from '../../schema/block.ts';
import type {PerSecond} from '../../schema/per-second.ts';
import {type Role, roles} from '../../schema/request.ts';
import {percentile} from '../../stats/percentile.ts';
import type {Evidence} from './evidence.ts';
import type {RequestTable} from './request-table.ts';

/**
 * The load second by second, from the first one in which a request ended to the last: what a timeline shows. Quantiles are those of
 * that second's few answers, for the eye; nothing is judged by them.
 */
export const secondsOf = ({rehearsal, table, outcomes, mirrored}: Evidence): PerSecond[] => {
  const secondOf = (ms: number) => Math.floor((ms - rehearsal.originMs) / 1000);
  const seconds = new Map<number, Second>();
  const at = (second: number): Second => {
    const found = seconds.get(second) ?? newSecond();
    seconds.set(second, found);
    return found;
  };
  for (const [second, copies] of mirrored) at(second).mirrored = copies;
  const {ended, sentMs, endMs} = table.columns;
  for (let row = 0; row < table.length; row += 1) {
    const outcome = outcomes.of(row);
    if (outcome === 'not-sent' || outcome === 'cut-off') continue;
    const second = at(secondOf((ended[row] === 0 ? sentMs[row] : endMs[row]) as number));
    second.ended[outcome] += 1;
    second.targets[targetOf(table, row)] += 1;
    if (outcome === 'served') addLatency(second, table, row);
  }
  const known = [...seconds.keys()];
  const first = known.reduce((least, second) => Math.min(least, second), Number.POSITIVE_INFINITY);
  const last = known.reduce((most, second) => Math.max(most, second), Number.NEGATIVE_INFINITY);
  return known.length === 0
    ? []
    : Array.from({length: last - first + 1}, (_, index) =>
        shown(first + index, seconds.get(first + index) ?? newSecond()),
      );
};

const newSecond = () => ({
  ended: {served: 0, refused: 0, failed: 0, lost: 0},
  targets: {baseline: 0, candidate: 0, nobody: 0},
  mirrored: 0,
  e2e: new Map<Role, number[]>(),
  ttft: null as number[] | null,
});
type Second = ReturnType<typeof newSecond>;

const targetOf = ({columns}: RequestTable, row: number): Arm | 'nobody' =>
  arms[(columns.target[row] as number) - 1] ?? 'nobody';

const addLatency = (second: Second, table: RequestTable, row: number): void => {
  const {sentMs, endMs, firstTokenMs} = table.columns;
  const sent = sentMs[row] as number;
  const kind = table.kindOf(row);
  const column = second.e2e.get(kind) ?? [];
  second.e2e.set(kind, column);
  column.push((endMs[row] as number) - sent);
  const first = firstTokenMs[row] as number;
  if (Number.isNaN(first)) return;
  second.ttft ??= [];
  second.ttft.push(first - sent);
};

const shown = (second: number, {ended, targets, mirrored, e2e, ttft}: Second): PerSecond => ({
  ...{second, ended, targets, mirrored},
  e2e: Object.fromEntries(roles.flatMap(kind => (e2e.has(kind) ? [[kind, quantiles(e2e.get(kind) as number[])]] : []))),
  ttft: ttft === null ? null : quantiles(ttft),
});

const quantiles = (column: number[]) => {
  const sorted = Float64Array.from(column).sort();
  return {p50Ms: percentile(sorted, 0.5), p99Ms: percentile(sorted, 0.99)};
};
