import {z} from 'zod';

/** Which share of a load: shard `index` of `of`, counted from 0. On the command line they are counted from 1. */
export const shardPlace = z.strictObject({index: z.int().min(0), of: z.int().min(1)});
export type ShardPlace = z.infer<typeof shardPlace>;

/** How far a machine's wall clock is from the one that all shards start by. */
export const clockOffset = z.object({
  /** 'date': the seconds of a server's Date header, as they change; 'peer': asked of whoever gives the start. */
  reference: z.enum(['date', 'peer']),
  /** The reference's time less this machine's. */
  offsetMs: z.number(),
  /** The offset is within so much of the truth. */
  errorMs: z.number(),
});
export type ClockOffset = z.infer<typeof clockOffset>;

/** What one shard put on in one trial. */
const trialShard = z.object({
  index: z.int(),
  /** The machine's, or the pod's. */
  host: z.string(),
  /** Of the cluster, where it is a pod. */
  node: z.string().optional(),
  workers: z.int(),
  counts: z.object({ok: z.int(), failed: z.int()}),
  /** How long after the time that all agreed on its clock began, by its own clock and the offset. */
  startedLateMs: z.number(),
  clock: clockOffset,
  /** As in the trial's `client`, of this shard alone. */
  loopLagP99Ms: z.number().nullable(),
  /** The same, of its worst worker. */
  scheduleLagP99Ms: z.number().nullable(),
  inFlightMax: z.int(),
});
export type TrialShard = z.infer<typeof trialShard>;

/** Of a trial whose load several shards put on. Those that were lost are not in `parts`. */
export const trialShards = z.object({of: z.int().min(1), parts: z.array(trialShard)});
export type TrialShards = z.infer<typeof trialShards>;
