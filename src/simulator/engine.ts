import {batchTimer, type Calibration, stepTimer} from './calibration.ts';
import {type Clockwork, drive} from './driver.ts';
import {createFrontEnd} from './front-end.ts';
import {type MemoryParts, memoryParts} from './memory.ts';
import {createPooling} from './pooling.ts';
import {createPrefixCache, type Holding, type KvUse} from './prefix-cache.ts';
import {seededRandom} from './random.ts';
import {createReservations, type Reservation} from './reservations.ts';
import {type ChatTotals, createScheduler, type SchedulerOptions, type TokenEvent} from './scheduler.ts';

/** How the two engines differ inside. */
export interface EngineTraits extends Pick<SchedulerOptions, 'mixesPrefillWithDecode' | 'sharesWhenScheduled'> {
  readonly pageTokens: number;
}

interface Served {
  requests: number;
  promptTokens: number;
  generationTokens: number;
}

/** What /metrics and the reset calls are told. */
export interface EngineStats {
  readonly running: number;
  readonly waiting: number;
  readonly kv: KvUse;
  readonly pageTokens: number;
  readonly memory: MemoryParts;
  readonly totals: ChatTotals & {
    /** Counted when a prompt's first token is there, and token by token. */
    promptTokens: number;
    generationTokens: number;
  };
  /** Counted when requests have ended well. */
  readonly finished: {streamed: Served; whole: Served; cachedPromptTokens: number};
}

export interface ChatWork {
  readonly receivedMs: number;
  readonly promptTokens: readonly number[];
  readonly outputTokens: readonly number[];
  readonly streamed: boolean;
  /** Of the prefix cache. */
  readonly cacheKey?: string;
}

interface PoolingWork {
  readonly receivedMs: number;
  /** Tokens of each item. */
  readonly itemTokens: readonly number[];
}

/** Stops the work and frees what it holds; without effect when it has ended. */
export type Cancel = () => void;

export interface Engine {
  chat(work: ChatWork, onToken: (event: TokenEvent) => void): Cancel;
  /**
   * Computes a prompt for another server: one token, of which the API server has no part. Keys and values stay until the work is
   * cancelled.
   */
  prefill(work: ChatWork, onToken: (event: TokenEvent) => void): Cancel;
  /** Room for a prompt that another server computes. */
  reserve(promptTokens: number): Reservation;
  /** Goes on with a prompt that another server has computed, and whose first output token it has made, in the room that was reserved. */
  decode(work: ChatWork, holding: Holding, cachedPromptTokens: number, onToken: (event: TokenEvent) => void): Cancel;
  pool(kind: 'embed' | 'rerank', work: PoolingWork, onDone: () => void): Cancel;
  /** Empties the prefix cache; false, and nothing is changed, while a running request holds pages. */
  resetCache(): boolean;
  stats(): EngineStats;
  /** Chats stand still so long. */
  stall(ms: number): void;
  stop(): void;
}

export interface EngineOptions {
  readonly calibration: Calibration;
  readonly traits: EngineTraits;
  readonly kvTokens: number;
  readonly speed: number;
  readonly seed: number;
  /** What it does of the work; all of it when absent. */
  readonly part?: 'prefill' | 'decode' | undefined;
  /** A clock with an alarm of its own, for each of the parts that run. */
  readonly clockwork: () => Clockwork;
}

/** The simulated engine without its HTTP: chat, embeddings and reranking, each a stepper of its own that runs in real time. */
export const createEngine = (options: EngineOptions): Engine => {
  const {calibration, traits, kvTokens, speed, seed, clockwork} = options;
  const {chat} = calibration;
  const decodesOnly = options.part === 'decode';
  const cache = createPrefixCache({pageTokens: traits.pageTokens, capacityTokens: kvTokens, shares: !decodesOnly});
  const reservations = createReservations(cache);
  const scheduler = createScheduler({
    ...traits,
    cache,
    swapsOut: decodesOnly,
    maxBatchedTokens: chat.maxBatchedTokens,
    maxRunningSequences: chat.maxRunningSequences,
    stepMs: stepTimer(calibration, speed, seededRandom(seed)),
  });
  const served = (): Served => ({requests: 0, promptTokens: 0, generationTokens: 0});
  const totals = {promptTokens: 0, generationTokens: 0};
  const finished = {streamed: served(), whole: served(), cachedPromptTokens: 0};
  const count = (kind: 'streamed' | 'whole', promptTokens: number, generationTokens: number) => {
    finished[kind].requests++;
    finished[kind].promptTokens += promptTokens;
    finished[kind].generationTokens += generationTokens;
  };

  /** How a request of a kind comes in and its reply goes out; each kind has a server of its own. */
  const doorOf = (kind: 'chat' | 'embed' | 'rerank') => {
    const {overheadMs, frontEndMsPerItem, frontEndMsPerToken} = calibration[kind];
    const frontEnd = createFrontEnd(clockwork());
    /** When an item of a request that was received then can be scheduled. Items must be given in the order in which they came. */
    const readyAtMs = (receivedMs: number, tokens: number) =>
      frontEnd.read(receivedMs, (frontEndMsPerItem + frontEndMsPerToken * tokens) / speed) + overheadMs / speed;
    return {readyAtMs, reply: frontEnd.reply, stop: frontEnd.stop};
  };

  let lastId = 0;
  const chatDoor = doorOf('chat');
  const chatClock = clockwork();
  const listeners = new Map<number, (event: TokenEvent) => void>();
  /** Of which no token goes through the API server. */
  const prefills = new Set<number>();
  const deliver = (event: TokenEvent) => {
    if (event.last) reservations.serve();
    const tell = () => listeners.get(event.id)?.(event);
    if (prefills.has(event.id)) tell();
    else chatDoor.reply(tell);
  };
  const chatDriver = drive(scheduler, chatClock, deliver);

  /** Counts what becomes of a job, and tells `onToken`. */
  const listen = ({promptTokens, streamed}: ChatWork, onToken: (event: TokenEvent) => void): number => {
    const id = ++lastId;
    listeners.set(id, event => {
      if (event.generated === 1) totals.promptTokens += promptTokens.length;
      totals.generationTokens++;
      if (event.last) {
        listeners.delete(id);
        count(streamed ? 'streamed' : 'whole', promptTokens.length, event.generated);
        finished.cachedPromptTokens += event.cachedPromptTokens;
      }
      onToken(event);
    });
    return id;
  };
  const submit = (id: number, {receivedMs, ...work}: ChatWork, staysHeld: boolean) => {
    const readAtMs = chatDoor.readyAtMs(receivedMs, work.promptTokens.length);
    // A prompt for another server has waited for that one, and cannot have been begun before.
    const readyAtMs = staysHeld ? Math.max(readAtMs, chatClock.nowMs()) : readAtMs;
    scheduler.submit({id, readyAtMs, staysHeld, ...work});
    chatDriver.wake();
  };
  const forgetting =
    (id: number): Cancel =>
    () => {
      const [listened, prefilled] = [listeners.delete(id), prefills.delete(id)];
      if (!listened && !prefilled) return;
      scheduler.cancel(id);
      reservations.serve();
    };

  const pooling = (kind: 'embed' | 'rerank', jitterSeed: number) => {
    const batchMs = batchTimer(calibration, kind, speed, seededRandom(jitterSeed));
    const stepper = createPooling({maxBatchedTokens: calibration[kind].maxBatchedTokens, batchMs});
    const door = doorOf(kind);
    const waiting = new Map<number, () => void>();
    const driver = drive(stepper, clockwork(), ({id}) => door.reply(() => waiting.get(id)?.()));
    return {stepper, door, waiting, driver};
  };
  const pools = {embed: pooling('embed', seed + 1), rerank: pooling('rerank', seed + 2)};

  return {
    chat(work, onToken) {
      const id = listen(work, onToken);
      submit(id, work, false);
      return forgetting(id);
    },

    prefill(work, onToken) {
      const id = listen(work, onToken);
      prefills.add(id);
      submit(id, work, true);
      return forgetting(id);
    },

    reserve: reservations.ask,

    decode(work, holding, cachedPromptTokens, onToken) {
      const id = listen(work, onToken);
      const job = {...work, id, readyAtMs: work.receivedMs};
      deliver(scheduler.join(job, holding, cachedPromptTokens, chatClock.nowMs()));
      chatDriver.wake();
      return forgetting(id);
    },

    pool(kind, {receivedMs, itemTokens}, onDone) {
      const {stepper, door, waiting, driver} = pools[kind];
      const id = ++lastId;
      waiting.set(id, () => {
        waiting.delete(id);
        const promptTokens = itemTokens.reduce((sum, tokens) => sum + tokens, 0);
        totals.promptTokens += promptTokens;
        count('whole', promptTokens, 0);
        onDone();
      });
      const items = itemTokens.map(tokens => ({tokens, readyAtMs: door.readyAtMs(receivedMs, tokens)}));
      stepper.submit({id, items});
      driver.wake();
      return () => {
        if (waiting.delete(id)) stepper.cancel(id);
      };
    },

    resetCache: cache.reset,
    stall: chatDriver.stall,

    stats() {
      const parts = [scheduler, pools.embed.stepper, pools.rerank.stepper].map(part => part.counts());
      return {
        running: parts.reduce((sum, {running}) => sum + running, 0),
        waiting: parts.reduce((sum, {waiting}) => sum + waiting, 0),
        kv: cache.use(),
        pageTokens: traits.pageTokens,
        memory: memoryParts(calibration, kvTokens),
        totals: {...scheduler.totals, ...totals},
        finished: structuredClone(finished),
      };
    },

    stop() {
      for (const {driver, door} of [{driver: chatDriver, door: chatDoor}, pools.embed, pools.rerank]) {
        driver.stop();
        door.stop();
      }
    },
  };
};
