import {type Arm, arms} from '../../schema/block.ts';
import type {MemoryReading, RehearsalStage} from '../../schema/rehearsal.ts';
import type {RehearsalVerdict} from '../../schema/rehearsal-verdict.ts';
import {roles} from '../../schema/request.ts';
import {summarise} from '../../stats/percentile.ts';
import type {Downtimes} from './downtime.ts';
import type {Evidence} from './evidence.ts';
import {countedBy} from './outcomes.ts';
import {isWithin, type Span, stageSpans} from './spans.ts';

type Row = RehearsalVerdict['stages'][number];

/** What happened in each stage: requests by when they were sent, latencies from the plan as always, the highest memory. */
export const stageRows = (evidence: Evidence, downtimes: Downtimes): Row[] =>
  stageSpans(evidence.rehearsal).map(({span}, at) => {
    const {originMs, stages} = evidence.rehearsal;
    const stage = stages[at] as RehearsalStage;
    return {
      name: stage.name,
      startMs: stage.startMs - originMs,
      endMs: stage.endMs === null ? null : stage.endMs - originMs,
      outcome: stage.outcome,
      requests: countedBy(evidence.table, row => evidence.outcomes.of(row), {
        isDuplicated: row => evidence.outcomes.isDuplicated(row),
        take: row => isWithin(evidence.table.columns.sentMs[row] as number, span),
      }),
      downtimeMs: downtimes.within(span),
      downtimeByRoleMs: downtimes.byRole(span),
      ...latenciesOf(evidence, span),
      vramMiB: highest(evidence.memory, span, ({vramMiB}) => vramMiB),
      hostMiB: highest(evidence.memory, span, ({hostMiB}) => hostMiB),
    };
  });

const latenciesOf = ({table, outcomes}: Evidence, span: Span): Pick<Row, 'e2e' | 'ttft'> => {
  const {scheduledMs, sentMs, endMs, firstTokenMs} = table.columns;
  const e2e = new Map(roles.map(role => [role, [] as number[]]));
  const ttft: number[] = [];
  for (let row = 0; row < table.length; row += 1) {
    if (!isWithin(sentMs[row] as number, span) || outcomes.of(row) !== 'served') continue;
    const from = scheduledMs[row] as number;
    e2e.get(table.kindOf(row))?.push((endMs[row] as number) - from);
    if (!Number.isNaN(firstTokenMs[row] as number)) ttft.push((firstTokenMs[row] as number) - from);
  }
  const known = [...e2e].flatMap(([role, values]) => {
    const latencies = quantiles(values);
    return latencies === null ? [] : [[role, latencies]];
  });
  return {e2e: Object.fromEntries(known), ttft: quantiles(ttft)};
};

/** The P99 is null where there are too few to certify one. */
const quantiles = (values: readonly number[]) => {
  const summary = summarise(values);
  return summary === null ? null : {p50Ms: summary.p50, p99Ms: summary.p99};
};

const highest = (
  memory: readonly MemoryReading[],
  span: Span,
  of: (reading: MemoryReading) => number | null,
): Record<Arm, number | null> => {
  const most: Record<Arm, number | null> = {baseline: null, candidate: null};
  for (const arm of arms)
    for (const reading of memory) {
      const mib = of(reading);
      if (reading.arm !== arm || mib === null || !isWithin(reading.atMs, span)) continue;
      most[arm] = Math.max(most[arm] ?? mib, mib);
    }
  return most;
};
