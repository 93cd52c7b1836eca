import type {RunRecord} from '../../schema/record.ts';
import type {TrialShard} from '../../schema/shard.ts';
import type {Trial} from '../../schema/trial.ts';
import {missingShards} from '../../stats/shard-gates.ts';
import {column, type Section, section} from './section.ts';

interface ShardOfTrial {
  readonly trial: Trial;
  readonly index: number;
  /** Null is one that was lost. */
  readonly shard: TrialShard | null;
}

const columns = [
  column<ShardOfTrial>('label', 'suite', 'by shard', '', ({trial}) => trial.suite),
  column<ShardOfTrial>('label', 'repetition', 'rep', '', ({trial}) => trial.repetition),
  column<ShardOfTrial>('detail', 'evidence', 'evidence', '', ({trial}) => trial.evidence),
  column<ShardOfTrial>('label', 'shard', 'shard', '', ({index}) => index + 1),
  column<ShardOfTrial>('label', 'host', 'host', '', ({shard}) => shard?.host ?? 'missing'),
  column<ShardOfTrial>('measure', 'node', 'node', '', ({shard}) => shard?.node ?? null),
  column<ShardOfTrial>('measure', 'workers', 'workers', '', ({shard}) => shard?.workers ?? null),
  column<ShardOfTrial>('measure', 'requests', 'requests', '', ({shard}) =>
    shard === null ? null : shard.counts.ok + shard.counts.failed,
  ),
  column<ShardOfTrial>('measure', 'failed', 'failed', '', ({shard}) => shard?.counts.failed ?? null),
  column<ShardOfTrial>('measure', 'in_flight_max', 'in flight', '', ({shard}) => shard?.inFlightMax ?? null),
  column<ShardOfTrial>('measure', 'started_late_ms', 'late', 'ms', ({shard}) => shard?.startedLateMs ?? null),
  column<ShardOfTrial>('detail', 'clock_reference', 'clock by', '', ({shard}) => shard?.clock.reference ?? null),
  column<ShardOfTrial>('measure', 'clock_offset_ms', 'clock', 'ms', ({shard}) => shard?.clock.offsetMs ?? null),
  column<ShardOfTrial>('measure', 'clock_error_ms', '±', 'ms', ({shard}) => shard?.clock.errorMs ?? null),
  column<ShardOfTrial>('measure', 'loop_lag_p99_ms', 'loop p99', 'ms', ({shard}) => shard?.loopLagP99Ms ?? null),
  column<ShardOfTrial>(
    'measure',
    'schedule_lag_p99_ms',
    'send p99',
    'ms',
    ({shard}) => shard?.scheduleLagP99Ms ?? null,
  ),
];

const shardsOf = (trial: Trial): readonly ShardOfTrial[] => {
  const {shards} = trial;
  if (shards === null) return [];
  const missing = missingShards(shards.of, shards.parts).map(index => ({trial, index, shard: null}));
  const present = shards.parts.map(shard => ({trial, index: shard.index, shard}));
  return [...present, ...missing].toSorted((one, other) => one.index - other.index);
};

/** One row for each shard of each trial, lost ones too. */
export const shardsSection = ({trials}: RunRecord): readonly Section[] =>
  section(
    {
      file: 'shards',
      heading: 'Shards of the load',
      meaning:
        "Each machine or pod that put a share of the load on, and the cluster's node that a pod was on. Late counts from the start that all agreed on to the shard's own, by its clock and the offset; clock is the reference's time less the machine's, and ± how far that may be from the truth. Loop is the lag of the shard's event loop, send how long after their planned times its requests left. One that is missing put no load on.",
    },
    columns,
    trials.flatMap(shardsOf),
  );
