import {engines} from '../engines/index.ts';
import {SampleBlockWriter} from '../schema/sample-block.ts';
import {traceSessions} from '../traces/trace-sessions.ts';
import {DataHash} from '../workloads/data-hash.ts';
import {sessionsOf} from '../workloads/index.ts';
import {type PlannedSessions, plannedSessions} from '../workloads/planned-sessions.ts';
import {arrivalsOf} from './arrival-words.ts';
import type {PartOptions} from './part.ts';
import type {LoadListeners, LoadPlan} from './run-load.ts';

interface PlannedPart extends Disposable {
  readonly options: Omit<PartOptions, 'signal' | 'part' | 'shard' | 'shared'>;
  /** Of the sessions that this part has taken so far. */
  readonly dataHash: DataHash;
}

/** What makes the sessions of a plan: its workload, or the rows of a trace. */
const sessionAtOf = ({workload, seed, tokenLength, trace = null}: PlannedSessions) => {
  if (workload.kind !== 'trace') return sessionsOf(workload, seed, tokenLength);
  if (trace === null) throw new TypeError('where the rows of the trace stand is not given');
  return traceSessions(workload, trace, seed, tokenLength);
};

/** What a plan asks of one part, in whichever thread. Disposing it hands out the samples that fill no block yet. */
export const plannedPart = (
  plan: LoadPlan,
  part: PartOptions['part'],
  onBlock: (block: Uint8Array<ArrayBuffer>) => void,
  onReply: LoadListeners['onReply'],
): PlannedPart => {
  const dataHash = new DataHash();
  const blocks = new SampleBlockWriter(onBlock);
  return {
    dataHash,
    options: {
      ...plan,
      engine: engines[plan.engine],
      arrivals: arrivalsOf(plan.arrivals, plan.load, part),
      warmup: plannedSessions(plan.warmup, sessionAtOf(plan.warmup), null),
      measured: plannedSessions(plan.measured, sessionAtOf(plan.measured), dataHash),
      onSample: sample => blocks.add(sample),
      keepReplies: {first: plan.keepReplies, keep: onReply},
    },
    [Symbol.dispose]: () => blocks.flush(),
  };
};
