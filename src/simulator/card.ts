import type {Calibration} from './calibration.ts';
import {memoryParts} from './memory.ts';

const mib = 2 ** 20;
/** Weights, graphs and the rest of an encoder. source: the `memory` of embed in docker/stacks/vllm-default.yaml */
const encoderMiB = 635;

/** Node fires a longer one at once. */
const longestTimerMs = 2 ** 31 - 1;

interface CardOptions {
  readonly calibration: Calibration;
  readonly kvTokens: number;
  readonly encoder: boolean;
  /** Given back for now, in bytes. */
  readonly asleepBytes: () => number;
  /** From its start on. */
  readonly leakMibPerSecond: number;
  /** A monotonic clock. */
  readonly nowMs: () => number;
}

/** The GPU that the simulated engine would have to itself: what it takes of it, more when it leaks, until nothing is left. */
export interface Card {
  takenMiB(): number;
  /** From now on, in place of any leak before. */
  leak(mibPerSecond: number): void;
  fill(): void;
  /** Aborted when nothing is left: a real engine dies of it. */
  readonly full: AbortSignal;
  stop(): void;
}

export const createCard = ({
  calibration,
  kvTokens,
  encoder,
  asleepBytes,
  leakMibPerSecond,
  nowMs,
}: CardOptions): Card => {
  const {weightsBytes, kvBytes, graphsBytes, otherBytes} = memoryParts(calibration, kvTokens);
  const ownMiB = encoder ? encoderMiB : (weightsBytes + kvBytes + graphsBytes + otherBytes) / mib;
  const cardMiB = Math.max(ownMiB, calibration.memory.gpuBytes / mib);
  const full = new AbortController();
  let leakedMiB = 0;
  let rate = 0;
  let sinceMs = nowMs();
  let timer: NodeJS.Timeout | undefined;

  const takenMiB = () =>
    full.signal.aborted ? cardMiB : Math.min(cardMiB, ownMiB + leakedMiB + (rate * (nowMs() - sinceMs)) / 1000);
  const leftMs = () => Math.min(longestTimerMs, ((cardMiB - ownMiB - leakedMiB) / rate) * 1000);
  const leak = (mibPerSecond: number) => {
    clearTimeout(timer);
    leakedMiB = takenMiB() - ownMiB;
    [rate, sinceMs] = [mibPerSecond, nowMs()];
    if (rate > 0) timer = setTimeout(() => full.abort(), leftMs()).unref();
  };
  leak(leakMibPerSecond);
  const heldMiB = () => (full.signal.aborted ? cardMiB : Math.max(0, takenMiB() - asleepBytes() / mib));
  return {takenMiB: heldMiB, leak, fill: () => full.abort(), full: full.signal, stop: () => clearTimeout(timer)};
};
