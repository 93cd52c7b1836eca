import type {Sample} from '../../../schema/sample.ts';
import type {ShardPlace} from '../../../schema/shard.ts';
import {normalQuantile} from '../../../stats/normal.ts';
import {randomStream} from '../../../stats/random-stream.ts';
import {toMicrosecond} from '../../clock.ts';

/** Of each shard. */
const ratePerSecond = 20;
const median = {lagMs: 0.05, ttftMs: 120, gapMs: 12} as const;
const sigma = {lag: 1, ttft: 0.6, gap: 0.3} as const;
/** One in so many requests fails in the middle. */
const failsOneIn = 1000;

/** Of the trial that all shards are of. */
export const outline = {
  load: {
    mode: 'open',
    arrivals: 'poisson',
    ratePerSecond,
    maxInFlight: null,
    requests: null,
    durationSeconds: 60,
    warmup: 0,
  },
  workload: {kind: 'chat', promptTokens: 128, outputTokens: 64},
  steady: null,
  whole: {startMs: 0, endMs: 60_000},
} as const;

/** Durations of a chat engine under load: log-normal, with some shards' servers slower than others'. */
const durations = (seed: number, shard: number) => {
  const random = randomStream(seed, 'merge benchmark', shard);
  const uniform = () => random.uniform() + 2 ** -33;
  const logNormal = (medianMs: number, spread: number) => medianMs * Math.exp(spread * normalQuantile(uniform()));
  const slower = logNormal(1, 0.1);
  return {
    untilNextMs: () => (-Math.log(uniform()) * 1000) / ratePerSecond,
    lagMs: () => logNormal(median.lagMs, sigma.lag),
    ttftMs: () => slower * logNormal(median.ttftMs, sigma.ttft),
    gapMs: () => slower * logNormal(median.gapMs, sigma.gap),
    fails: () => uniform() * failsOneIn < 1,
  };
};

export interface ShardSamples {
  readonly seed: number;
  /** Shard `index` of `of`, from 0. */
  readonly place: ShardPlace;
  readonly count: number;
  /** Of each answer, one an event. */
  readonly tokens: number;
}

/** What one shard measured: Poisson arrivals, stamped as the client does; in the order of their ends. */
export const shardSamples = ({seed, place, count, tokens}: ShardSamples): Sample[] => {
  const {index: shard, of} = place;
  const draw = durations(seed, shard);
  const samples: Sample[] = [];
  let scheduledMs = 0;
  for (let request = 0; request < count; request += 1) {
    scheduledMs += draw.untilNextMs();
    const sentMs = scheduledMs + draw.lagMs();
    const index = shard + request * of;
    const failed = draw.fails();
    let atMs = sentMs + draw.ttftMs();
    const tokenEventsMs = [toMicrosecond(atMs)];
    while (tokenEventsMs.length < (failed ? tokens / 2 : tokens)) {
      atMs += draw.gapMs();
      tokenEventsMs.push(toMicrosecond(atMs));
    }
    const common = {
      trial: 0,
      index,
      id: `r${index}`,
      kind: 'chat',
      session: `s${index}`,
      turn: 1,
      items: 1,
      scheduledMs: toMicrosecond(scheduledMs),
      sentMs: toMicrosecond(sentMs),
      firstByteMs: tokenEventsMs[0] ?? null,
      firstChunkMs: tokenEventsMs[0] ?? null,
      firstTokenMs: tokenEventsMs[0] ?? null,
      lastTokenMs: tokenEventsMs.at(-1) ?? null,
      endMs: toMicrosecond(atMs + 0.1),
      tokenEventsMs,
      tokensPerEvent: null,
      promptTokens: 128,
      outputTokens: failed ? null : tokens,
      cachedPromptTokens: 0,
      finishReason: failed ? null : 'length',
      replyBytes: 250 * tokenEventsMs.length,
    } as const;
    const failure = {kind: 'disconnect', message: 'the connection ended before the reply did', status: 200} as const;
    samples.push(failed ? {outcome: 'failed', failure, ...common} : {outcome: 'ok', ...common});
  }
  return samples.sort((a, b) => a.endMs - b.endMs);
};
