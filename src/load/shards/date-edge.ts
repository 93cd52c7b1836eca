import {CutoverError} from '../../errors.ts';
import type {ClockOffset} from '../../schema/shard.ts';
import {toMicrosecond} from '../clock.ts';

/** One reply's Date header, with when it was asked for and when it came, in ms on this machine's wall clock. */
export interface DateSeen {
  readonly secondMs: number;
  readonly askedMs: number;
  readonly cameMs: number;
}

/** A change of the header's seconds, seen between two replies: it happened between these two times. */
export interface DateEdge {
  /** What it changed to. */
  readonly secondMs: number;
  readonly fromMs: number;
  readonly toMs: number;
}

/** Two servers behind one address, or one whose clock was set: their seconds go back and forth. */
const goesBack = (url: string) =>
  new CutoverError(
    'BAD_OPTIONS',
    `The Date header of ${url} goes back and forth, as that of several servers with clocks of their own`,
    {
      hint: 'Attach to one server, or to a router that answers with a Date of its own: all shards must start by one clock.',
    },
  );

/** The change between two replies, the second asked for after the first had come; null where there was none. Throws BAD_OPTIONS where time went back. */
export const edgeBetween = (url: string, before: DateSeen, after: DateSeen): DateEdge | null => {
  if (after.secondMs < before.secondMs) throw goesBack(url);
  return after.secondMs === before.secondMs
    ? null
    : {secondMs: after.secondMs, fromMs: before.askedMs, toMs: after.cameMs};
};

/**
 * How far the reference is from this machine's clock, by at least one change: what all of them allow, or, where they do
 * not agree, all that any of them allows. uvicorn writes the header anew each time that ten ticks of 0.1 s are over, and those are some ms
 * late: its seconds change a little later from one to the next, until one is left out. What that comes to between the
 * changes that were watched is in the error; observers that watch the same ones see the same.
 */
export const offsetOf = (edges: readonly DateEdge[]): ClockOffset => {
  const skip = edges.findIndex(({secondMs}, at) => at > 0 && secondMs - (edges[at - 1]?.secondMs ?? 0) !== 1000);
  const used = skip === -1 ? edges : edges.slice(0, skip);
  const least = used.map(({secondMs, toMs}) => secondMs - toMs);
  const most = used.map(({secondMs, fromMs}) => secondMs - fromMs);
  const agreed = [Math.max(...least), Math.min(...most)] as const;
  const [low, high] = agreed[0] <= agreed[1] ? agreed : [Math.min(...least), Math.max(...most)];
  return {
    reference: 'date',
    offsetMs: toMicrosecond((low + high) / 2),
    errorMs: toMicrosecond((high - low) / 2),
  };
};
