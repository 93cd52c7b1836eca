import {createHash} from 'node:crypto';
import {parseMetrics, sumOf} from '../../engines/prometheus.ts';
import {fetchText} from '../../http/fetch-text.ts';
import type {ShardPlace} from '../../schema/shard.ts';
import {DataHash} from '../../workloads/data-hash.ts';
import {requestsOfEach} from '../../workloads/index.ts';
import {machineClock, machineNow} from '../clock.ts';
import {joinParts} from '../join-parts.ts';
import type {LoadGround} from '../load-ground.ts';
import {nothingSent} from '../progress.ts';
import type {Loaded, LoadPlan} from '../run-load.ts';
import {waitUntil} from '../wait-until.ts';
import {machineMsAt, measureDateOffset, measuredBeforeStartMs} from './clock-offset.ts';
import {Countdown} from './countdown.ts';
import {trialShardOf} from './join-shards.ts';
import {prepareShard} from './prepare-shard.ts';
import type {ShardOutcome} from './shard.ts';
import {shareOfLoad} from './share-of-load.ts';

/** What a shard came to, and what only its own machine knows: whether it belongs to the others is seen when they are joined. */
export interface OutcomeByHand extends ShardOutcome {
  readonly timeoutMs: number;
  /** Of what the planned arrivals are made of; null where the load is no open loop. */
  readonly arrivalsHash: string | null;
  /** Since 1970, of the process that answers /metrics; null where it does not tell. */
  readonly serverStartedSeconds: number | null;
  /** On this trial's clock, when this machine began to prepare the next one; null where there was none. */
  readonly nextFromMs: number | null;
}

interface ByHandOptions {
  readonly place: ShardPlace;
  readonly workers: number | 'auto';
  /** Of the first trial, in ms since 1970 by the server's Date. */
  readonly startAtMs: number;
  /** Between the starts of two trials. */
  readonly everyMs: number;
  /** When the clock is known, some seconds before each start; negative where it is over already. */
  onClock(known: {readonly trial: number; readonly untilStartMs: number} & Pick<ShardOutcome, 'clock'>): void;
  /** Of all trials so far, whenever more is known: after each, and when the next is begun to be prepared. */
  onOutcomes(outcomes: readonly OutcomeByHand[]): Promise<void>;
}

/** What one shard came to, by itself: of what fell to it. */
const loadedOf = (outcome: ShardOutcome, {load, measured}: LoadPlan, beganMs: number): Loaded => {
  const {place, counts, parts, dataSums, beganAtMs} = outcome;
  const share = shareOfLoad(load, requestsOfEach(measured.workload), place);
  const dataHash = new DataHash();
  dataHash.merge(dataSums);
  return {
    ...joinParts(parts, {load: share, sent: counts.ok + counts.failed, beganMs, place}),
    startedAt: new Date(beganAtMs),
    dataHash: dataHash.digest(),
    shards: {of: place.of, parts: [trialShardOf(outcome)]},
  };
};

const hashOf = (arrivals: LoadPlan['arrivals']): string | null =>
  arrivals && createHash('sha256').update(JSON.stringify(arrivals)).digest('hex');

/** By what prometheus_client tells of its process; vLLM's page has it. */
const serverStarted = async (url: string, signal: AbortSignal): Promise<number | null> => {
  const page = await fetchText(`${url}/metrics`, {timeoutMs: 5000, signal}).catch(() => null);
  return page?.status === 200 ? sumOf(parseMetrics(page.body), 'process_start_time_seconds') : null;
};

const toldEveryMs = 1000;

/** To get the next trial ready: twice what it took at most so far, and what the clock takes. */
const leadMs = (slowestMs: number): number => 2 * slowestMs + measuredBeforeStartMs;

/** This machine's share of each load; the others are started by somebody else, and trial k starts everywhere k times `everyMs` after the first. */
export const loadByHand = ({place, workers, startAtMs, everyMs, onClock, onOutcomes}: ByHandOptions): LoadGround => {
  const outcomes: OutcomeByHand[] = [];
  /** The trial that ended last, with its start by `machineNow`. */
  let last: {readonly trial: number; readonly startMs: number} | null = null;
  let preparingMs = machineNow();
  let slowestMs = 0;
  return {
    place,
    async begin(trial, {signal, onProgress}) {
      if (last !== null) {
        // Others may still measure: what empties caches and warms up is to come when they have ended.
        const startMs = last.startMs + (trial - last.trial) * everyMs;
        const untilMs = startMs - leadMs(slowestMs);
        for (let nowMs = machineNow(); nowMs < untilMs; nowMs = machineNow()) {
          onProgress?.({...nothingSent(0), startsInMs: startMs - nowMs});
          await waitUntil(machineClock, Math.min(untilMs, nowMs + toldEveryMs), signal, 0);
          signal.throwIfAborted();
        }
        outcomes.push({...(outcomes.pop() as OutcomeByHand), nextFromMs: machineNow() - last.startMs});
        await onOutcomes(outcomes);
      }
      preparingMs = machineNow();
    },
    async prepare(plan, listeners) {
      const {url} = plan.endpoint;
      const serverStartedSeconds = await serverStarted(url, listeners.signal);
      const beganAtMs = startAtMs + plan.trial * everyMs;
      const countdown = new Countdown(beganAtMs, listeners.onProgress);
      const shard = await prepareShard({plan, place, workers}, {...listeners, onProgress: countdown.tell});
      countdown.ready();
      slowestMs = Math.max(slowestMs, machineNow() - preparingMs);
      return {
        async run() {
          await using _ = shard;
          const clock = await measureDateOffset(url, listeners.signal, beganAtMs);
          const startMachineMs = machineMsAt(clock, beganAtMs);
          countdown.ready(clock);
          onClock({trial: plan.trial, untilStartMs: beganAtMs - Date.now() - clock.offsetMs, clock});
          const outcome = await shard.run({startMachineMs, clock, beganAtMs});
          last = {trial: plan.trial, startMs: startMachineMs};
          const asked = {timeoutMs: plan.timeoutMs, arrivalsHash: hashOf(plan.arrivals), serverStartedSeconds};
          outcomes.push({...outcome, ...asked, nextFromMs: null});
          await onOutcomes(outcomes);
          return loadedOf(outcome, plan, startMachineMs);
        },
        [Symbol.asyncDispose]: () => shard[Symbol.asyncDispose](),
      };
    },
  };
};
