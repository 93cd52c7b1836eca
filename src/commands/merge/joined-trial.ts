import type {Loaded} from '../../load/run-load.ts';
import {joinShards} from '../../load/shards/join-shards.ts';
import {roleOf} from '../../schema/request.ts';
import type {Sample} from '../../schema/sample.ts';
import type {Trial} from '../../schema/trial.ts';
import {toldByCause} from '../../stats/findings.ts';
import {prefixHits} from '../../stats/prefix-hits.ts';
import {TrialSummary} from '../../stats/trial.ts';
import {judgedTrial} from '../judged-trial.ts';
import {overlapFindings} from './overlap.ts';
import {trialFindings} from './shard-findings.ts';
import type {ShardFolder} from './shard-folder.ts';
import {endedMs, type Share, sharesOf} from './shares.ts';

/** Of the gauge that every shard looked at, in turns of its own: the most that any of them saw. */
const fullest = (shares: readonly Share[]): Trial['kvUse'] =>
  shares
    .map(({trial}) => trial.kvUse)
    .reduce((most, one) => (one === null || (most !== null && most.maxShare >= one.maxShare) ? most : one), null);

/** One trial of all shards. It is to be shown every sample, and then judged. */
export class JoinedTrial {
  readonly #shards: readonly ShardFolder[];
  readonly #shares: readonly Share[];
  readonly #first: Share;
  readonly #index: number;
  readonly #outcome: Loaded;
  readonly #summary: TrialSummary;

  /** `shards` in the order of their numbers; one of them at least has ended the trial. */
  constructor(shards: readonly [ShardFolder, ...ShardFolder[]], index: number) {
    this.#shards = shards;
    this.#shares = sharesOf(shards, index);
    const [first] = this.#shares;
    if (first === undefined) throw new RangeError(`no shard has trial ${index}`);
    this.#first = first;
    this.#index = index;
    const {load, workload} = first.trial;
    const outcomes = this.#shares.map(({outcome}) => outcome);
    this.#outcome = joinShards(outcomes, first.shard.place.of, {load});
    const {steady, whole} = this.#outcome;
    this.#summary = new TrialSummary({load, workload, steady, whole});
  }

  add(sample: Sample): void {
    this.#summary.add(sample);
  }

  judged(): Trial {
    const shares = this.#shares;
    const {shard, trial} = this.#first;
    const last = shares.reduce((one, other) => (endedMs(other) > endedMs(one) ? other : one));
    // The warm-up was the first shard's: without it nobody read the counters before all requests.
    const before = shard.place.index === 0 ? trial.metrics.before : null;
    const metrics = {before, after: last.trial.metrics.after};
    const joined = judgedTrial({
      known: {
        ...{index: this.#index, suite: trial.suite, repetition: trial.repetition},
        evidence: shares.some(share => share.trial.evidence === 'simulated') ? 'simulated' : 'real',
        ...{workload: trial.workload, load: trial.load, metrics},
        prefixHits:
          roleOf(trial.workload.kind) === 'chat'
            ? prefixHits(this.#outcome.prompts, metrics.before, metrics.after)
            : null,
        // Shards put their load on what is attached to, and of an attached router nobody knows the servers.
        members: [],
        ...{gpuMemoryUsedMiB: trial.gpuMemoryUsedMiB, gpu: trial.gpu, kvUse: fullest(shares)},
        ...{disturbance: null, together: trial.together, cache: trial.cache},
      },
      outcome: this.#outcome,
      summary: this.#summary,
      transfers: null,
    });
    const ofShards = trialFindings(
      shares.map(share => share.shard),
      this.#index,
      joined.findings,
    );
    return {
      ...joined,
      findings: [...overlapFindings(this.#shards, this.#index), ...ofShards, ...toldByCause(joined.findings)],
    };
  }
}
