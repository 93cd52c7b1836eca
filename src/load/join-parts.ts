import type {ShardPlace} from '../schema/shard.ts';
import type {LoadSpec} from '../schema/suite.ts';
import type {ClientHealth} from '../schema/trial.ts';
import {joinPrompts, type PromptSums} from '../stats/prefix-hits.ts';
import type {Span} from '../stats/throughput.ts';
import {joinHealth} from './client-health.ts';
import {machineNow} from './clock.ts';
import {joinOpenLoops} from './open-loop.ts';
import type {PartOutcome} from './part.ts';
import {shareOf, whole} from './share-of.ts';
import {steadySpan, wholeSpanOf} from './steady-window.ts';

export interface LoadOutcome {
  /** When the measurement began: 0 on the trial's clock. */
  readonly startedAt: Date;
  /** The same moment as `machineNow` tells it. */
  readonly beganMs: number;
  /** How late requests were sent is in the samples. */
  readonly client: Omit<ClientHealth, 'scheduleLagP99Ms'>;
  /** Null where a closed loop ended by its duration. */
  readonly plannedRequests: number | null;
  readonly unsent: number;
  /** Between the start-up burst and the drain, in ms on the trial's clock; null where there was no such part. */
  readonly steady: Span | null;
  /** From the first request sent to the last one ended, failed ones included; null where nothing was sent. */
  readonly whole: Span | null;
  /** Of all requests, those of the warm-up too. */
  readonly prompts: PromptSums;
}

interface JoinedLoad {
  /** What these parts were to do between them. */
  readonly load: LoadSpec;
  /** Measured requests. */
  readonly sent: number;
  /** When the measurement began, by `machineNow`. */
  readonly beganMs: number;
  /** Whose parts they are, where they are not those of the whole load. */
  readonly place?: ShardPlace;
}

const sum = (parts: readonly PartOutcome[], read: (part: PartOutcome) => number) =>
  parts.reduce((total, part) => total + read(part), 0);

/** Autocannon's own, or undici's as soon as one part had to turn to it. */
const httpOf = (parts: readonly PartOutcome[]): ClientHealth['http'] =>
  parts.find(({http}) => http !== 'net')?.http ?? 'net';

/** What the parts of one load came to together: exact, as they counted together and each has kept its own samples. */
export const joinParts = (
  parts: readonly PartOutcome[],
  {load, sent, beganMs, place = whole}: JoinedLoad,
): LoadOutcome => {
  const marks = parts.map(part => part.marks);
  const open = joinOpenLoops(parts.flatMap(part => part.open ?? []));
  // Later turns are in no plan of arrivals: those that were sent are counted with it.
  const dueInTime = shareOf(open.arrivals, place) + sent - open.arrived;
  const plannedOpen = Math.min(load.requests ?? dueInTime, dueInTime);
  const plannedClosed = load.durationSeconds === null ? load.requests : null;
  const plannedRequests = load.mode === 'open' ? plannedOpen : plannedClosed;
  const {cpuMs, seconds, ...health} = joinHealth(parts.map(part => part.health));
  const opened = parts.map(({connectionsOpened}) => connectionsOpened).filter(count => count !== null);
  return {
    startedAt: new Date(Date.now() - (machineNow() - beganMs)),
    beganMs,
    client: {
      workers: parts.length,
      ...health,
      cpuMsPerRequest: cpuMs / Math.max(1, sent),
      http: httpOf(parts),
      httpSwitched: parts.find(({switched}) => switched !== null)?.switched ?? null,
      connectionsOpened: opened.length === 0 ? null : opened.reduce((total, count) => total + count, 0),
      connectionsRefused: sum(parts, ({connectionsRefused}) => connectionsRefused),
      inFlightMax: Math.max(...parts.map(({inFlightMax}) => inFlightMax)),
      achievedRateRatio: open.achievedRateRatio,
      seconds,
    },
    plannedRequests,
    unsent: (plannedRequests ?? sent) - sent,
    steady: load.mode === 'open' ? open.steady : steadySpan(marks, load.concurrency),
    whole: wholeSpanOf(marks),
    prompts: joinPrompts(parts.map(part => part.prompts)),
  };
};
