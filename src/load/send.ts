import type {Sample} from '../schema/sample.ts';
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

/** When `signal` is aborted, the requests that run end as failed. */
export const createSender = ({trial, route, tally, signal, keepReplies, onSample}: SenderOptions): Send => {
  const running = new Set<Exchange>();
  signal.addEventListener('abort', () => {
    for (const exchange of running) exchange.abort();
  });
  return async (turn, scheduledMs) => {
    const index = tally.begin();
    const exchange = new Exchange(route, turn, {trial, index, scheduledMs}, index < (keepReplies?.first ?? 0));
    running.add(exchange);
    const sample = await exchange.ended;
    running.delete(exchange);
    tally.end(sample);
    if (exchange.reads !== null) keepReplies?.keep(turn.request.id, exchange.reads);
    onSample(sample);
    return sample;
  };
};
