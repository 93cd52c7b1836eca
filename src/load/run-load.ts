import type {Endpoint, Engine} from '../engines/engine.ts';
import {CutoverError} from '../errors.ts';
import type {ClientHealth} from '../schema/record.ts';
import type {Session} from '../schema/request.ts';
import type {Sample} from '../schema/sample.ts';
import type {LoadSpec} from '../schema/suite.ts';
import type {Span} from '../stats/throughput.ts';
import {planArrivals} from './arrivals.ts';
import {scheduleLagP99Ms, watchHealth} from './client-health.ts';
import {type TrialClock, trialClock} from './clock.ts';
import {runClosedLoop} from './closed-loop.ts';
import type {Route} from './exchange.ts';
import type {Loop} from './loop.ts';
import {runOpenLoop} from './open-loop.ts';
import {type Phase, runPhase} from './phase.ts';
import type {LoadProgress} from './progress.ts';
import {saturate} from './saturate.ts';
import {createSender, type KeepReplies} from './send.ts';
import {SessionFeed} from './session-feed.ts';
import {transportTo} from './transport-to.ts';
import {turnsOf} from './turn.ts';
import {ReplySample} from './whole-body.ts';

export type {LoadProgress} from './progress.ts';

export interface LoadOptions {
  /** Copied to every sample. */
  readonly trial: number;
  readonly engine: Engine;
  readonly endpoint: Endpoint;
  readonly load: LoadSpec;
  /** Infinite or finite. No session is taken that is not sent, save one that an abort may find made ready. */
  readonly warmup: Iterator<Session>;
  readonly measured: Iterator<Session>;
  /** Seeded; drawn from for Poisson arrivals only. */
  readonly random: () => number;
  /** For each request, from its send to the end of its reply. */
  readonly timeoutMs: number;
  /** Aborted: nothing more is sent, running requests end as failed ('aborted'), and runLoad returns. */
  readonly signal: AbortSignal;
  /** Measured requests only, in the order in which they end. What it throws ends the load and is thrown on. */
  onSample(sample: Sample): void;
  /** At most four times a second, and at the end of the warm-up and of the measurement. */
  onProgress?(progress: LoadProgress): void;
  /** The bodies of the first replies, read by read: for fixtures, and for users who look into a server. Not in mode 'saturate'. */
  readonly keepReplies?: KeepReplies;
}

export interface LoadOutcome {
  /** When the measurement began: 0 on the trial's clock. */
  readonly startedAt: Date;
  readonly client: ClientHealth;
  /** Null where a closed loop ended by its duration. */
  readonly plannedRequests: number | null;
  readonly unsent: number;
  /** Between the start-up burst and the drain, in ms on the trial's clock; null where there was no such part. */
  readonly steady: Span | null;
}

/** Concurrency of an open loop's warm-up: enough to warm a server, too little to overload one. */
const openWarmupConcurrency = 8;
/** Connections opened before an open loop that sets no limit; it opens more as it needs them. */
const openConnections = 64;

/** A route whose clock is set to 0 when the measurement begins. */
type TrialRoute = Route & {readonly clock: TrialClock};

const loopOf = (
  {engine, endpoint}: LoadOptions,
  {clock}: Route,
  {signal, fail}: Phase,
  rest: Pick<Loop, 'sessions' | 'send' | 'untilMs'>,
): Loop => ({...rest, turnsOf: session => turnsOf(session, engine, endpoint), clock, signal, fail});

const warmUp = async (options: LoadOptions, route: TrialRoute): Promise<void> => {
  const {trial, load, warmup, signal, onProgress} = options;
  if (load.warmup === 0) return;
  const concurrency = Math.min(load.warmup, load.mode === 'open' ? openWarmupConcurrency : load.concurrency);
  await route.transport.open(concurrency);
  await runPhase(
    {phase: 'warmup', totalRequests: load.warmup, totalMs: null, clock: route.clock, signal, onProgress},
    phase => {
      const send = createSender({trial, route, ...phase, onSample: phase.seen});
      const sessions = new SessionFeed(warmup, load.warmup);
      return runClosedLoop(
        concurrency,
        loopOf(options, route, phase, {sessions, send, untilMs: Number.POSITIVE_INFINITY}),
      );
    },
  );
};

/** What a mode's loop came to. */
type Driven = Pick<LoadOutcome, 'plannedRequests' | 'steady'> & Pick<ClientHealth, 'achievedRateRatio'>;

const drive = async (
  {trial, engine, endpoint, load, timeoutMs}: LoadOptions,
  loop: Loop,
  {tally}: Phase,
  arrivalsMs: readonly number[],
  onSample: (sample: Sample) => void,
): Promise<Driven> => {
  if (load.mode === 'open') {
    const {arrived, ...open} = await runOpenLoop(arrivalsMs, load.maxInFlight, loop);
    // Later turns are in no plan of arrivals: those that were sent are counted with it.
    const dueInTime = arrivalsMs.length + tally.sent - arrived;
    return {...open, plannedRequests: Math.min(load.requests ?? dueInTime, dueInTime)};
  }
  const steady = await (load.mode === 'closed'
    ? runClosedLoop(load.concurrency, loop)
    : saturate(load.concurrency, {trial, engine, endpoint, timeoutMs, loop, tally, onSample}));
  return {steady, achievedRateRatio: null, plannedRequests: load.durationSeconds === null ? load.requests : null};
};

const measure = async (options: LoadOptions, route: TrialRoute): Promise<LoadOutcome> => {
  const {trial, load, signal, onProgress, keepReplies} = options;
  const {clock, transport} = route;
  const arrivalsMs = load.mode === 'open' ? planArrivals(load, options.random) : [];
  if (load.mode === 'closed') await transport.open(load.concurrency);
  if (load.mode === 'open') await transport.open(Math.min(load.maxInFlight ?? openConnections, arrivalsMs.length));

  const totalMs = load.durationSeconds === null ? null : load.durationSeconds * 1000;
  const lagsMs: number[] = [];
  const startedAt = new Date();
  clock.restart();
  using health = watchHealth();
  return await runPhase(
    {phase: 'measure', totalRequests: load.requests, totalMs, clock, signal, onProgress},
    async phase => {
      const onSample = (sample: Sample) => {
        phase.seen(sample);
        if (sample.scheduledMs !== null) lagsMs.push(sample.sentMs - sample.scheduledMs);
        options.onSample(sample);
      };
      const send = createSender({trial, route, tally: phase.tally, signal: phase.signal, keepReplies, onSample});
      const sessions = new SessionFeed(options.measured, load.requests);
      const loop = loopOf(options, route, phase, {sessions, send, untilMs: totalMs ?? Number.POSITIVE_INFINITY});
      const {plannedRequests, steady, achievedRateRatio} = await drive(options, loop, phase, arrivalsMs, onSample);
      const {sent, inFlightMax} = phase.tally;
      const autocannon = load.mode === 'saturate';
      const client: ClientHealth = {
        ...health.read(sent),
        scheduleLagP99Ms: scheduleLagP99Ms(lagsMs),
        http: autocannon ? 'autocannon' : transport.http,
        connectionsOpened: autocannon ? null : transport.connectionsOpened,
        inFlightMax,
        achievedRateRatio,
      };
      return {startedAt, client, plannedRequests, unsent: (plannedRequests ?? sent) - sent, steady};
    },
  );
};

const refuseImpossible = ({load, endpoint}: LoadOptions) => {
  if (load.requests === null && load.durationSeconds === null)
    throw new CutoverError('BAD_SUITE', 'The load has no end: it sets neither requests nor durationSeconds', {
      hint: 'Set one of them.',
    });
  if (load.mode === 'saturate' && endpoint.role === 'chat')
    throw new CutoverError('BAD_SUITE', 'Mode saturate reads whole replies, and chat is streamed', {
      hint: 'Use mode closed for chat.',
    });
};

/**
 * Warms the server up, waits until it is idle, and puts the load on it. No other request reaches the server from here.
 * Failed requests are samples; what is thrown is a load that cannot be run (BAD_SUITE), or what the callbacks and the
 * iterators throw.
 */
export const runLoad = async (options: LoadOptions): Promise<LoadOutcome> => {
  refuseImpossible(options);
  const {engine, endpoint, timeoutMs} = options;
  const clock = trialClock();
  const transport = transportTo(endpoint.url, clock);
  const route = {engine, endpoint, transport, clock, timeoutMs, replySample: new ReplySample()};
  try {
    await warmUp(options, route);
    return await measure(options, route);
  } finally {
    await transport.close();
  }
};
