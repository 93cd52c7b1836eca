import type {Holding, PrefixCache} from './prefix-cache.ts';
import type {Stepper} from './stepper.ts';

export interface ChatJob {
  readonly id: number;
  /** When it has been read and tokenised. Jobs are submitted in this order. */
  readonly readyAtMs: number;
  readonly promptTokens: readonly number[];
  /** What it will generate: at least one token. Prompt and output together must fit the pool. */
  readonly outputTokens: readonly number[];
  /** Of the prefix cache; none is the model's without an adapter. */
  readonly cacheKey?: string;
  /** Its keys and values stay after the last token, until it is cancelled: another server fetches them. */
  readonly staysHeld?: boolean;
}

export interface TokenEvent {
  readonly id: number;
  /** 1 for the first token. */
  readonly generated: number;
  readonly last: boolean;
  /** Prompt tokens that the cache had when the job was first admitted. */
  readonly cachedPromptTokens: number;
}

/** What a step has to do: its duration depends on nothing else. */
export interface StepLoad {
  readonly decodingSequences: number;
  readonly kvTokensRead: number;
  readonly prefillTokens: number;
}

export interface SchedulerOptions {
  readonly cache: PrefixCache;
  /** Tokens of one step, prefill and decode together. */
  readonly maxBatchedTokens: number;
  readonly maxRunningSequences: number;
  /** vLLM fills what decoding leaves of a step with prefill; SGLang runs a step of prefill alone, before any decoding. */
  readonly mixesPrefillWithDecode: boolean;
  /** vLLM lets a prompt be found from the moment it is scheduled; SGLang when it has been computed. */
  readonly sharesWhenScheduled: boolean;
  /** An SGLang decode server copies what a preempted request has computed to the host, and later back: it could not compute a prompt. */
  readonly swapsOut?: boolean;
  readonly stepMs: (load: StepLoad) => number;
}

interface Sequence {
  readonly job: ChatJob;
  /** The prompt and what has been generated. */
  readonly tokens: number[];
  /** Of those, how many have their keys and values in the pool. */
  computed: number;
  generated: number;
  /** Null until it was first admitted. */
  cachedPromptTokens: number | null;
}

const isDecoding = ({generated, computed, tokens}: Sequence) => generated > 0 && computed === tokens.length - 1;

export interface ChatTotals {
  /** Prompt tokens looked up in the prefix cache, and found there. */
  prefixQueries: number;
  prefixHits: number;
  preemptions: number;
}

export interface Scheduler extends Stepper<TokenEvent> {
  submit(job: ChatJob): void;
  /** Decodes from `nowMs` on a job whose prompt was computed elsewhere, with its first token, into `holding`. */
  join(job: ChatJob, holding: Holding, cachedPromptTokens: number, nowMs: number): TokenEvent;
  /** Forgets the job and frees what it held, at once. */
  cancel(id: number): void;
  counts(): {running: number; waiting: number};
  readonly totals: Readonly<ChatTotals>;
}

/**
 * Continuous batching: first come, first served; chunked prefill under a budget of tokens; one token per decoding sequence and step;
 * admission only when the whole prompt has room; the youngest sequence gives way when the pool is full, and is computed again later.
 */
export const createScheduler = (options: SchedulerOptions): Scheduler => {
  const {cache, sharesWhenScheduled} = options;
  const waiting: Sequence[] = [];
  /** In the order of admission. */
  const running = new Map<Sequence, Holding>();
  /** By id, how to free what stays held after the last token. */
  const held = new Map<number, () => void>();
  /** When the first of those that run joined them: nothing ran before. */
  let runningSinceMs = -Infinity;
  /** The step that was begun: how many tokens are computed of which sequence. */
  let step = new Map<Sequence, number>();
  const totals = {prefixQueries: 0, prefixHits: 0, preemptions: 0};

  const leave = (sequence: Sequence, holding: Holding) => {
    running.delete(sequence);
    cache.close(holding, sequence.tokens, sequence.computed);
  };

  const finish = (sequence: Sequence, holding: Holding) => {
    if (!sequence.job.staysHeld) return leave(sequence, holding);
    running.delete(sequence);
    held.set(sequence.job.id, () => cache.close(holding, sequence.tokens, sequence.computed));
  };

  const admit = (nowMs: number): [Sequence, Holding] | null => {
    const next = waiting[0];
    if (next === undefined || next.job.readyAtMs > nowMs || running.size >= options.maxRunningSequences) return null;
    const holding = cache.open(next.tokens, next.job.cacheKey);
    if (!cache.grow(holding, next.tokens.length)) {
      cache.close(holding, next.tokens, 0);
      return null;
    }
    waiting.shift();
    running.set(next, holding);
    next.computed = options.swapsOut ? next.tokens.length - 1 : holding.sharedTokens;
    if (next.cachedPromptTokens === null) {
      next.cachedPromptTokens = holding.sharedTokens;
      totals.prefixQueries += next.tokens.length;
      totals.prefixHits += holding.sharedTokens;
    }
    return [next, holding];
  };

  const planPrefill = (nowMs: number, budget: number) => {
    let left = budget;
    const plan = (sequence: Sequence, holding: Holding) => {
      const tokens = Math.min(left, sequence.tokens.length - sequence.computed);
      step.set(sequence, tokens);
      left -= tokens;
      if (sharesWhenScheduled) cache.publish(holding, sequence.tokens, sequence.computed + tokens);
    };
    for (const [sequence, holding] of running) if (left > 0 && !isDecoding(sequence)) plan(sequence, holding);
    while (left > 0) {
      const admitted = admit(nowMs);
      if (admitted === null) return;
      plan(...admitted);
    }
  };

  /** Room for one more token of every decoding sequence; the youngest of all make it. True when that was needed. */
  const planDecode = (): boolean => {
    let preempted = false;
    for (const [sequence, holding] of running) {
      if (!isDecoding(sequence)) continue;
      while (running.has(sequence) && !cache.grow(holding, sequence.tokens.length)) {
        const [youngest, itsHolding] = [...running].at(-1) ?? [sequence, holding];
        leave(youngest, itsHolding);
        youngest.computed = 0;
        waiting.unshift(youngest);
        totals.preemptions++;
        preempted = true;
      }
      if (running.has(sequence)) step.set(sequence, 1);
    }
    return preempted;
  };

  const loadOfStep = (): StepLoad => {
    const load = {decodingSequences: 0, kvTokensRead: 0, prefillTokens: 0};
    for (const [sequence, tokens] of step) {
      if (isDecoding(sequence)) {
        load.decodingSequences++;
        load.kvTokensRead += sequence.tokens.length;
      } else load.prefillTokens += tokens;
    }
    return load;
  };

  return {
    totals,
    counts: () => ({running: running.size, waiting: waiting.length}),

    submit(job) {
      waiting.push({job, tokens: [...job.promptTokens], computed: 0, generated: 0, cachedPromptTokens: null});
    },

    join(job, holding, cachedPromptTokens, nowMs) {
      const [first = 0] = job.outputTokens;
      const computed = job.promptTokens.length;
      const sequence = {job, tokens: [...job.promptTokens, first], computed, generated: 1, cachedPromptTokens};
      if (running.size === 0) runningSinceMs = nowMs;
      running.set(sequence, holding);
      const last = job.outputTokens.length === 1;
      if (last) leave(sequence, holding);
      return {id: job.id, generated: 1, last, cachedPromptTokens};
    },

    cancel(id) {
      held.get(id)?.();
      held.delete(id);
      for (const [sequence, holding] of running) if (sequence.job.id === id) leave(sequence, holding);
      const at = waiting.findIndex(({job}) => job.id === id);
      if (at >= 0) waiting.splice(at, 1);
    },

    readyAtMs: () => (running.size > 0 ? runningSinceMs : (waiting[0]?.job.readyAtMs ?? null)),

    begin(nowMs) {
      step = new Map();
      if (options.mixesPrefillWithDecode) {
        const preempted = planDecode();
        if (!preempted) planPrefill(nowMs, options.maxBatchedTokens - step.size);
      } else {
        planPrefill(nowMs, options.maxBatchedTokens);
        if (step.size === 0) planDecode();
      }
      return options.stepMs(loadOfStep());
    },

    end() {
      const events: TokenEvent[] = [];
      for (const [sequence, tokens] of step) {
        const holding = running.get(sequence);
        if (holding === undefined) continue; // cancelled meanwhile
        const {job} = sequence;
        sequence.computed += tokens;
        if (!sharesWhenScheduled && sequence.generated === 0)
          cache.publish(holding, sequence.tokens, sequence.computed);
        if (sequence.computed < sequence.tokens.length) continue;
        sequence.tokens.push(job.outputTokens[sequence.generated++] ?? 0);
        const last = sequence.generated === job.outputTokens.length;
        const {generated, cachedPromptTokens} = sequence;
        events.push({id: job.id, generated, last, cachedPromptTokens: cachedPromptTokens ?? 0});
        if (last) finish(sequence, holding);
      }
      return events;
    },
  };
};
