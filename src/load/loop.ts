import type {Session} from '../schema/request.ts';
import type {Clock} from './clock.ts';
import type {Send} from './send.ts';
import type {SessionFeed} from './session-feed.ts';
import type {Turn} from './turn.ts';

/** Requests of one phase: where they come from and where they go. */
export interface Lane {
  readonly sessions: SessionFeed;
  readonly send: Send;
}

/** What a closed and an open loop have in common. */
export interface Loop {
  readonly warmup: Lane;
  readonly measure: Lane;
  turnsOf(session: Session): Iterator<Turn>;
  /** Shows 0 when the measurement begins. */
  readonly clock: Clock;
  /** No request is sent from here on, apart from those that were due before; infinite where the requests are counted. */
  readonly untilMs: number;
  readonly signal: AbortSignal;
  /** Told of what a part of the loop threw; aborts `signal`, so that the other parts end too. */
  fail(thrown: unknown): void;
}

/** A turn, and those of its session that follow it. */
export interface Upcoming {
  readonly turn: Turn;
  readonly rest: Iterator<Turn>;
}

export const firstOf = (turns: Iterator<Turn>): Upcoming | null => {
  const {done, value} = turns.next();
  return done === true ? null : {turn: value, rest: turns};
};

/** The first turn of a session, or null when there is none. */
export const upcoming = (session: Session | null, {turnsOf}: Pick<Loop, 'turnsOf'>): Upcoming | null =>
  session && firstOf(turnsOf(session));
