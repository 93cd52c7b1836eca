import {CutoverError} from '../errors.ts';
import type {Sample} from '../schema/sample.ts';
import {ReplyText} from '../sessions/reply-text.ts';
import {afterReads} from './after-reads.ts';
import {Exchange, type Read, type Route} from './exchange.ts';
import type {Tally} from './tally.ts';
import type {Turn} from './turn.ts';

export interface KeepReplies {
  /** Replies to keep: those of the first requests sent. */
  readonly first: number;
  keep(id: string, reads: readonly Read[]): void;
}

interface SenderOptions {
  readonly trial: number;
  readonly route: Route;
  readonly tally: Tally;
  readonly signal: AbortSignal;
  readonly keepReplies?: KeepReplies | undefined;
  onSample(sample: Sample): void;
}

/** Resolves with the sample after it was handed to `onSample`; rejects only with what `onSample` or `keep` threw. */
export type Send = (turn: Turn, scheduledMs: number | null) => Promise<Sample>;

const notStreamed = () =>
  new CutoverError('BAD_SUITE', "The history is to be the engine's own, and this server does not stream what it says", {
    hint: 'Run suite prefix, whose replies are scripted, or attach to the engine behind it. In a suite of your own leave `history` out.',
  });

/** Reads of a reply that are looked into at a time: 0.1 ms, in which no other reply is stamped. */
const readsAtATime = 16;

const quietly = (job: () => void) =>
  new Promise<void>((resolve, reject) => {
    afterReads(() => {
      try {
        job();
        resolve();
      } catch (thrown) {
        reject(thrown);
      }
    });
  });

/** What an answer said: it is read over once more when it has ended, in small pieces and after what has arrived since. */
const textOf = async (reads: readonly Read[]): Promise<string> => {
  const reply = new ReplyText();
  for (let at = 0; at < reads.length; at += readsAtATime)
    await quietly(() => {
      for (const {bytes} of reads.slice(at, at + readsAtATime)) reply.feed(bytes);
    });
  if (!reply.ended) throw notStreamed();
  return reply.text;
};

/** When `signal` is aborted, the requests that run end as failed. */
export const createSender = ({trial, route, tally, signal, keepReplies, onSample}: SenderOptions): Send => {
  const running = new Set<Exchange>();
  signal.addEventListener('abort', () => {
    for (const exchange of running) exchange.abort();
  });
  return async (turn, scheduledMs) => {
    const index = tally.begin();
    const {onReply} = turn;
    const kept = index < (keepReplies?.first ?? 0);
    const exchange = new Exchange(route, turn, {trial, index, scheduledMs}, kept || onReply !== null);
    running.add(exchange);
    const sample = await exchange.ended;
    running.delete(exchange);
    tally.end(sample);
    if (kept && exchange.reads !== null) keepReplies?.keep(turn.request.id, exchange.reads);
    onSample(sample);
    if (onReply !== null && exchange.reads !== null && sample.outcome === 'ok') onReply(await textOf(exchange.reads));
    return sample;
  };
};
