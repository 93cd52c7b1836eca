import type {Session} from '../schema/request.ts';
import type {Clock} from './clock.ts';
import type {Send} from './send.ts';
import type {SessionFeed} from './session-feed.ts';
import type {Turn} from './turn.ts';

/** What a closed and an open loop have in common. */
export interface Loop {
  readonly sessions: SessionFeed;
  turnsOf(session: Session): Iterator<Turn>;
  readonly send: Send;
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

/** The first turn of the next session, or null when there is none. */
export const nextSession = ({sessions, turnsOf}: Pick<Loop, 'sessions' | 'turnsOf'>): Upcoming | null => {
  const session = sessions.next();
  return session && firstOf(turnsOf(session));
};
