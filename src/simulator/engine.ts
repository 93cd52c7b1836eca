import {batchTimer, type Calibration, stepTimer} from './calibration.ts';
import {type Clockwork, drive} from './driver.ts';
import {createFrontEnd} from './front-end.ts';
import {type MemoryParts, memoryParts} from './memory.ts';
import {createPooling} from './pooling.ts';
import {createPrefixCache, type KvUse} from './prefix-cache.ts';
import {seededRandom} from './random.ts';
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

interface ChatWork {
  readonly receivedMs: number;
  readonly promptTokens: readonly number[];
  readonly outputTokens: readonly number[];
  readonly streamed: boolean;
}

interface PoolingWork {
  readonly receivedMs: number;
  /** Tokens of each item. */
  readonly itemTokens: readonly number[];
}

/** Stops the work and frees what it holds; without effect when it has ended. */
type Cancel = () => void;

export interface Engine {
  chat(work: ChatWork, onToken: (event: TokenEvent) => void): Cancel;
  pool(kind: 'embed' | 'rerank', work: PoolingWork, onDone: () => void): Cancel;
  /** Empties the prefix cache; false, and nothing is changed, while a running request holds pages. */
  resetCache(): boolean;
  stats(): EngineStats;
  stop(): void;
}

export interface EngineOptions {
  readonly calibration: Calibration;
  readonly traits: EngineTraits;
  readonly kvTokens: number;
  readonly speed: number;
  readonly seed: number;
  /** A clock with an alarm of its own, for each of the parts that run. */
  readonly clockwork: () => Clockwork;
}

/** The simulated engine without its HTTP: chat, embeddings and reranking, each a stepper of its own that runs in real time. */
export const createEngine = ({calibration, traits, kvTokens, speed, seed, clockwork}: EngineOptions): Engine => {
  const {chat} = calibration;
  const cache = createPrefixCache({pageTokens: traits.pageTokens, capacityTokens: kvTokens});
  const scheduler = createScheduler({
    ...traits,
    cache,
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
  const listeners = new Map<number, (event: TokenEvent) => void>();
  const chatDriver = drive(scheduler, clockwork(), event => chatDoor.reply(() => listeners.get(event.id)?.(event)));

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
    chat({receivedMs, promptTokens, outputTokens, streamed}, onToken) {
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
      const readyAtMs = chatDoor.readyAtMs(receivedMs, promptTokens.length);
      scheduler.submit({id, readyAtMs, promptTokens, outputTokens});
      chatDriver.wake();
      return () => {
        if (listeners.delete(id)) scheduler.cancel(id);
      };
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
