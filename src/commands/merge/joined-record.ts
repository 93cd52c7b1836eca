import type {RunRecord} from '../../schema/record.ts';
import type {Trial} from '../../schema/trial.ts';
import {missingShards} from '../../stats/shard-gates.ts';
import {combineHashes} from '../../workloads/data-hash.ts';
import {unknownServers} from './same-server.ts';
import {runFindings} from './shard-findings.ts';
import {type ShardFolder, shardName} from './shard-folder.ts';

interface Broken {
  readonly code: string;
  readonly why: string;
}

/** Why the run is not complete: shards that are not there, and those whose run was not. */
const brokenBy = (shards: readonly ShardFolder[], of: number): readonly Broken[] => {
  const present = shards.map(({place}) => place);
  return [
    ...missingShards(of, present).map(index => ({code: 'TRIAL_FAILED', why: `shard ${index + 1} of ${of} is missing`})),
    ...shards
      .filter(({record}) => record.status !== 'complete')
      .map(shard => ({
        code: shard.record.failure?.code ?? 'TRIAL_FAILED',
        why: `${shardName(shard)}: ${shard.record.failure?.message ?? 'it was killed before its end'}`,
      })),
  ];
};

const statusOf = (broken: readonly Broken[]): RunRecord['status'] => {
  if (broken.length === 0) return 'complete';
  return broken.every(({code}) => code === 'INTERRUPTED') ? 'interrupted' : 'failed';
};

/** The same for the same shards: it follows from the first shard's. */
export const joinedRunId = ([{record}]: readonly [ShardFolder, ...ShardFolder[]]): string => `${record.runId}-merged`;

/** The record of all shards, in the order of their numbers: that of the first, with what only all of them together can say. */
export const joinedRecord = (shards: readonly [ShardFolder, ...ShardFolder[]], trials: readonly Trial[]): RunRecord => {
  const [{record, place}] = shards;
  const records = shards.map(shard => shard.record);
  const broken = brokenBy(shards, place.of);
  const [first] = broken;
  const endings = records.map(({endedAt}) => endedAt).filter(endedAt => endedAt !== null);
  return {
    ...record,
    runId: joinedRunId(shards),
    status: statusOf(broken),
    failure: first === undefined ? null : {code: first.code, message: broken.map(({why}) => why).join('; ')},
    evidence: records.some(({evidence}) => evidence === 'simulated') ? 'simulated' : 'real',
    startedAt: records.map(({startedAt}) => startedAt).reduce((one, other) => (other < one ? other : one)),
    endedAt: endings.length === 0 ? null : endings.reduce((one, other) => (other > one ? other : one)),
    dataHash: combineHashes(trials.map(({dataHash}) => dataHash)),
    findings: [...runFindings(shards), ...unknownServers(shards)],
    trials: [...trials],
  };
};
