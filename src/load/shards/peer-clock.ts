import type {ClockOffset} from '../../schema/shard.ts';
import {driftPerMs} from '../../stats/clock-error.ts';
import {machineNow, toMicrosecond} from '../clock.ts';

/** The wall clock as this program began, counted by the monotonic one since: who sets it meanwhile moves no start. */
const aheadMs = Date.now() - machineNow();

/** What the reference clock of the loads that this program gives the start of shows at `machineMs` (see `machineNow`), in ms since 1970. */
export const referenceMsAt = (machineMs: number): number => machineMs + aheadMs;

/** The first answers find a way that was never gone before. */
const warmups = 2;
/** Of so many the one that came soonest tells most. */
const rounds = 8;

/** Date.now() leaves the rest of its ms out, where it is told and where the start is worked out. */
const wallStepMs = 1;

/** Which clock of a machine is told: what starts are given by, or what journals are stamped by (`machineNow`), which nobody sets. */
export type PeerClock = 'wall' | 'machine';

const clocks = {
  wall: {now: () => Date.now(), hereAt: referenceMsAt, stepMs: wallStepMs},
  machine: {now: () => toMicrosecond(machineNow()), hereAt: (machineMs: number) => machineMs, stepMs: 0},
} as const;

/** Answers each line of `questions` at once with this machine's clock, as a line. */
export async function* tellTime(
  questions: AsyncIterable<Uint8Array | string>,
  clock: PeerClock = 'wall',
): AsyncGenerator<string, undefined> {
  for await (const read of questions)
    for (const byte of read.toString()) if (byte === '\n') yield `${clocks[clock].now()}\n`;
}

/** Has lines carried to `tellTime` elsewhere, each as it comes, and brings what is answered. */
type Exchange = (questions: AsyncIterable<string>) => AsyncIterable<Uint8Array | string>;

/**
 * How far a clock of another machine is from this program's, by ping-pong: what it tells was so between the question and its
 * answer, and so the offset is within half of what the quickest of eight rounds took, and the step of the wall clock.
 */
export const measurePeerOffset = async (exchange: Exchange, clock: PeerClock = 'wall'): Promise<ClockOffset> => {
  const {hereAt, stepMs} = clocks[clock];
  let askedMs = 0;
  let answered = Promise.withResolvers<void>();
  const questions = async function* () {
    for (let round = 0; round < warmups + rounds; round += 1) {
      answered = Promise.withResolvers();
      askedMs = machineNow();
      yield '\n';
      await answered.promise;
    }
  };
  let best: {readonly tookMs: number; readonly offsetMs: number} | null = null;
  let heard = 0;
  let line = '';
  for await (const read of exchange(questions())) {
    const cameMs = machineNow();
    line += read.toString();
    if (!line.endsWith('\n')) continue;
    const toldMs = Number(line);
    if (!(toldMs > 0)) throw new Error(`it tells no time, but ${JSON.stringify(line.slice(0, 100))}`);
    line = '';
    heard += 1;
    const tookMs = cameMs - askedMs;
    if (heard > warmups && tookMs < (best?.tookMs ?? Number.POSITIVE_INFINITY))
      best = {tookMs, offsetMs: hereAt((askedMs + cameMs) / 2) - toldMs};
    answered.resolve();
  }
  if (best === null || heard < warmups + rounds) throw new Error(`it told the time ${heard} times only`);
  return {
    reference: 'peer',
    offsetMs: toMicrosecond(best.offsetMs),
    errorMs: toMicrosecond(best.tookMs / 2 + stepMs),
  };
};

/** An offset that was measured `agoMs` before it is used. */
export const aged = (clock: ClockOffset, agoMs: number): ClockOffset => ({
  ...clock,
  errorMs: toMicrosecond(clock.errorMs + agoMs * driftPerMs),
});
