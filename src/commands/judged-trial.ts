import type {Loaded} from '../load/run-load.ts';
import type {Trial} from '../schema/trial.ts';
import {judgeTrial} from '../stats/findings.ts';
import type {TransferGrowth} from '../stats/phases.ts';
import type {TrialNumbers, TrialSummary} from '../stats/trial.ts';

/** What a trial's record has that follows neither from its samples nor from what the load came to. */
type KnownOfTrial = Omit<
  Trial,
  keyof TrialNumbers | 'startedAt' | 'dataHash' | 'phases' | 'shards' | 'client' | 'findings'
>;

interface MeasuredTrial {
  readonly known: KnownOfTrial;
  readonly outcome: Loaded;
  /** Has seen all samples. */
  readonly summary: TrialSummary;
  /** KV that prefill servers sent; null where none does, or it is not told. */
  readonly transfers: TransferGrowth | null;
}

/** A trial as it is recorded, with what the gates say of it: the same for the load of one machine and of many. */
export const judgedTrial = ({known, outcome, summary, transfers}: MeasuredTrial): Trial => {
  const {index, suite, repetition, evidence, workload, load, ...seen} = known;
  const {plannedRequests, unsent} = outcome;
  const trial = {
    ...{index, suite, repetition, evidence, startedAt: outcome.startedAt.toISOString(), workload, load},
    dataHash: outcome.dataHash,
    ...summary.numbers(),
    ...seen,
    phases: summary.phases.summarise(transfers),
    shards: outcome.shards,
    client: {
      ...outcome.client,
      // Whose share of the one thread's CPU is whose cannot be told.
      ...(known.together !== null && outcome.client.workers === 1 && {cpuMsPerRequest: null}),
      scheduleLagP99Ms: summary.scheduleLagP99Ms,
    },
  };
  return {...trial, findings: judgeTrial({trial, facts: summary.facts, plannedRequests, unsent})};
};
