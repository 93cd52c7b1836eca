import type {Endpoint, Engine} from '../engines/engine.ts';
import type {SessionSource} from '../schema/request.ts';
import type {Sample} from '../schema/sample.ts';
import type {ShardPlace} from '../schema/shard.ts';
import type {LoadSpec} from '../schema/suite.ts';
import {type PromptSums, PromptTally} from '../stats/prefix-hits.ts';
import type {PlannedArrivals} from './arrivals.ts';
import {HealthWatch, type PartHealth} from './client-health.ts';
import {machineNow, trialClock} from './clock.ts';
import {runClosedLoop, runWarmup} from './closed-loop.ts';
import {newRoute} from './exchange.ts';
import type {Loop} from './loop.ts';
import {type OpenLoopOutcome, runOpenLoop} from './open-loop.ts';
import {refreshMs} from './refresh-ahead.ts';
import {createSender, type KeepReplies} from './send.ts';
import {SessionFeed} from './session-feed.ts';
import {shareOf, shareOrNull, whole} from './share-of.ts';
import type {SharedCounts} from './shared-counts.ts';
import {type SteadyMarks, SteadyWindow} from './steady-window.ts';
import {Tally} from './tally.ts';
import type {Transport} from './transport.ts';
import {transportTo} from './transport-to.ts';
import {turnsOf} from './turn.ts';
import {waitUntil} from './wait-until.ts';
import {warmCode} from './warm-code.ts';

export interface PartOptions {
  /** Copied to every sample. */
  readonly trial: number;
  readonly engine: Engine;
  readonly endpoint: Endpoint;
  readonly load: LoadSpec;
  /** No session is taken that is not sent, save one that an abort may find made ready. */
  readonly warmup: SessionSource;
  readonly measured: SessionSource;
  /** This part's own; none where nothing is planned. */
  readonly arrivals: PlannedArrivals;
  /** A closed loop, too, has its warm-up ended before the measurement begins: where several loads are to begin together. */
  readonly drainWarmup?: boolean | undefined;
  /** For each request, from its send to the end of its reply. */
  readonly timeoutMs: number;
  /** Aborted: nothing more is sent, and running requests end as failed ('aborted'). */
  readonly signal: AbortSignal;
  /** Which of how many parts this is, over all shards. */
  readonly part: {readonly index: number; readonly of: number};
  /** Which shard it is of; absent where one machine puts the load on. */
  readonly shard?: ShardPlace | undefined;
  /** Of all parts of this shard. */
  readonly shared: SharedCounts;
  /** Measured requests only, in the order in which they end. What it throws ends the load and is thrown on. */
  onSample(sample: Sample): void;
  /** The bodies of the first replies, read by read: for fixtures, and for users who look into a server. Not in mode 'saturate'. */
  readonly keepReplies?: KeepReplies | undefined;
}

/** Of one part; it can be sent from thread to thread. */
export interface PartOutcome {
  /** On the trial's clock, when this part was ready to send: above 0 where a start was agreed and missed. */
  readonly startedLateMs: number;
  readonly marks: SteadyMarks;
  /** Null where the load is not an open loop. */
  readonly open: OpenLoopOutcome | null;
  readonly health: PartHealth;
  readonly inFlightMax: number;
  /** Of the warm-up too. */
  readonly prompts: PromptSums;
  readonly http: Transport['http'] | 'autocannon';
  /** Null where autocannon opened them. */
  readonly connectionsOpened: number | null;
  readonly connectionsRefused: number;
  /** Why the transport was changed; null where it was not. */
  readonly switched: string | null;
}

/** A part that has its connections, and a server that was warmed up where that is drained before the measurement. */
export interface ReadyPart extends AsyncDisposable {
  /** Puts the part's share of the load on the server and waits until every reply has ended. */
  run(): Promise<PartOutcome>;
}

/** Concurrency of an open loop's warm-up: enough to warm a server, too little to overload one. */
const openWarmupConcurrency = 8;
/** Connections that each part opens before an open loop that sets no limit; it opens more as it needs them. */
const openConnections = 64;
/** Nothing else is begun so shortly before a start: it is to be on time, and requests open what is missing. */
const quietMs = 200;

const connectionsOf = ({load, part, arrivals}: Pick<PartOptions, 'load' | 'part' | 'arrivals'>): number => {
  if (load.mode === 'saturate') return 0; // autocannon opens its own
  if (load.mode === 'closed') return shareOf(load.concurrency, part);
  const most = shareOrNull(load.maxInFlight, part) ?? openConnections;
  return Math.min(most, arrivals.dueMs.length);
};

/**
 * One thread's share of a load, from its connections to its last reply. All parts of a shard count in `shared`; with one
 * part of one it is the whole load. Where `shared` has a time to begin when it is run, nothing is sent before.
 */
export const preparePart = async (options: PartOptions): Promise<ReadyPart> => {
  const {trial, engine, endpoint, load, timeoutMs, part, shard = whole, shared, keepReplies} = options;
  const drained = load.mode !== 'closed' || options.drainWarmup === true;
  const failed = new AbortController();
  const signal = AbortSignal.any([options.signal, failed.signal]);
  const fail = (thrown: unknown) => failed.abort(thrown);
  const clock = trialClock();
  const transport = transportTo(endpoint.url, clock);
  const route = newRoute({engine, endpoint, transport, clock, timeoutMs});
  const tally = new Tally(shared.measure, clock, shard);
  const steady = new SteadyWindow();
  const prompts = new PromptTally();
  let health: HealthWatch | null = null;
  let startedLateMs = 0;

  const note = (sample: Sample) => {
    const {firstTokenMs, scheduledMs, sentMs} = sample;
    if (firstTokenMs !== null) shared.noteTtft(firstTokenMs - (scheduledMs ?? sentMs));
    prompts.add(sample);
  };
  const onSample = (sample: Sample) => {
    note(sample);
    steady.add(sample);
    health?.seen(sample);
    options.onSample(sample);
  };
  const loop: Loop = {
    warmup: {
      sessions: new SessionFeed(options.warmup, shared.warmup, load.warmup),
      send: createSender({trial, route, tally: new Tally(shared.warmup, clock), signal, onSample: note}),
    },
    measure: {
      sessions: new SessionFeed(options.measured, shared.measure, load.requests, shard),
      send: createSender({trial, route, tally, signal, keepReplies, onSample}),
    },
    turnsOf: session => turnsOf(session, engine, endpoint),
    clock,
    untilMs: load.durationSeconds === null ? Number.POSITIVE_INFINITY : load.durationSeconds * 1000,
    signal,
    fail,
  };

  /** The measurement begins here, unless another part has begun it already. */
  const begin = () => {
    if (health !== null) return;
    shared.begin(machineNow());
    clock.startAt(shared.beganMs ?? machineNow());
    startedLateMs = clock.now();
    health = new HealthWatch({clock, tally, transport, scheduled: load.mode === 'open'});
  };
  /** So many are open when the measurement begins. */
  const connections = connectionsOf(options);
  /** The same, not before the time that was agreed, if there is one. */
  const beginOnTime = async () => {
    clock.startAt(shared.beganMs ?? machineNow());
    if (clock.now() < 0) {
      // Since they were opened the server may have closed them; the start waits for none of them.
      await waitUntil(clock, -refreshMs(connections), signal, 0);
      transport.open(connections, () => clock.now() < -quietMs).catch(() => {}); // the requests will tell
    }
    await waitUntil(clock, 0, signal);
    begin();
  };

  const drive = async (): Promise<OpenLoopOutcome | null> => {
    if (drained) await beginOnTime();
    if (load.mode === 'closed') {
      const warmup = drained ? 0 : load.warmup;
      await runClosedLoop(
        {concurrency: load.concurrency, part, warmup, steady, begin, begun: () => shared.begun()},
        loop,
      );
      return null;
    }
    if (load.mode === 'open') {
      const maxInFlight = shareOrNull(load.maxInFlight, part);
      return await runOpenLoop({arrivals: options.arrivals, maxInFlight, part}, loop);
    }
    // Loaded only here: few loads need it, and it costs as much memory as all the rest.
    const {saturate} = await import('./saturate.ts');
    await saturate(shareOf(load.concurrency, part), {
      trial,
      engine,
      endpoint,
      timeoutMs,
      loop,
      tally,
      steady,
      onSample,
    });
    return null;
  };

  try {
    if (transport.http === 'net' && load.mode !== 'saturate')
      await warmCode({engine, endpoint, timeoutMs, sessions: options.warmup});
    if (drained && load.warmup > 0 && part.index === 0) {
      const concurrency = Math.min(load.warmup, load.mode === 'open' ? openWarmupConcurrency : load.concurrency);
      await transport.open(concurrency);
      await runWarmup(concurrency, loop);
      failed.signal.throwIfAborted();
    }
    await transport.open(connections);
  } catch (thrown) {
    await transport.close();
    throw thrown;
  }

  return {
    async run() {
      const open = await drive();
      failed.signal.throwIfAborted();
      begin(); // where nothing was sent
      const seen = (health as HealthWatch | null)?.read();
      if (seen === undefined) throw new Error('the measurement did not begin');
      const byAutocannon = load.mode === 'saturate';
      return {
        startedLateMs,
        marks: steady.marks,
        open,
        health: seen,
        inFlightMax: tally.inFlightMax,
        prompts: prompts.sums,
        http: byAutocannon ? 'autocannon' : transport.http,
        connectionsOpened: byAutocannon ? null : transport.connectionsOpened,
        connectionsRefused: transport.connectionsRefused,
        switched: transport.switched,
      };
    },
    async [Symbol.asyncDispose]() {
      health?.[Symbol.dispose]();
      await transport.close();
    },
  };
};
