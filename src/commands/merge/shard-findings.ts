import type {Finding} from '../../schema/finding.ts';
import {judgedCodes} from '../../stats/findings.ts';
import {type ShardFolder, shardName} from './shard-folder.ts';

interface Found {
  readonly shard: ShardFolder;
  readonly findings: readonly Finding[];
}

/** Findings of shards, each told once and by the shards that have it. */
const named = (found: readonly Found[]): Finding[] => {
  const all = found.flatMap(({shard, findings}) => findings.map(finding => ({shard, finding})));
  const groups = Map.groupBy(all, ({finding: {code, severity, message, hint}}) =>
    JSON.stringify([code, severity, message, hint]),
  );
  return [...groups.values()].flatMap(([first, ...others]) => {
    if (first === undefined) return [];
    const shards = new Set([first, ...others].map(({shard}) => shard));
    const who = shards.size === found.length && shards.size > 1 ? 'all shards' : [...shards].map(shardName).join(', ');
    return [{...first.finding, message: `${who}: ${first.finding.message}`}];
  });
};

/** What is wrong with the runs of shards as such. */
export const runFindings = (shards: readonly ShardFolder[]): Finding[] =>
  named(shards.map(shard => ({shard, findings: shard.record.findings})));

/** Of the cards beside whoever saw them. The joined record has the first shard's figures, so that what another saw is not found again. */
const ofGpu: ReadonlySet<string> = new Set(['throttled', 'gpu-shared', 'power-capped']);

/** Each shard's own record is without the others; whether all of them are here is judged of the whole. */
const isOfShards = (code: string): boolean => code.startsWith('shard-');

/**
 * What the shards found in a trial that cannot be found again in the whole: the state of the cache, for example, or of the GPU; this
 * stands as it was. What the gates said of a share is judged anew, of all of them together; a share that was void by a gate which the
 * whole passes is a warning.
 */
export const trialFindings = (shards: readonly ShardFolder[], trial: number, judged: readonly Finding[]): Finding[] => {
  const ofWhole = new Set(judged.map(({code}) => code));
  const kept = ({code, severity}: Finding) =>
    ofGpu.has(code)
      ? !ofWhole.has(code)
      : !judgedCodes.has(code) || (severity === 'void' && !ofWhole.has(code) && !isOfShards(code));
  const asShare = (finding: Finding): Finding =>
    judgedCodes.has(finding.code) && !ofGpu.has(finding.code)
      ? {...finding, severity: 'warning', message: `of its share alone: ${finding.message}`}
      : finding;
  return named(
    shards.map(shard => ({
      shard,
      findings: (shard.record.trials[trial]?.findings ?? []).filter(kept).map(asShare),
    })),
  );
};
