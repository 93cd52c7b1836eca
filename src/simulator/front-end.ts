import type {Clockwork} from './driver.ts';

/**
 * An engine's API server: one process that reads requests, tokenises them and writes replies, each in its turn. While it
 * reads many requests that came together, the tokens of others wait, and so do their own: much of the time to the first
 * token under load is spent here and not on the GPU.
 */
export interface FrontEnd {
  /** Works `busyMs` on something that came at `atMs`, after all that came before; returns when it is through. */
  read(atMs: number, busyMs: number): number;
  /** Calls `write` as soon as all that had come before is through: now, if nothing is left. Writing itself takes no time. */
  reply(write: () => void): void;
  stop(): void;
}

export const createFrontEnd = (clockwork: Clockwork): FrontEnd => {
  let freeAtMs = Number.NEGATIVE_INFINITY;
  const replies: {readonly atMs: number; readonly write: () => void}[] = [];

  const writeDue = () => {
    for (let [first] = replies; first !== undefined && first.atMs <= clockwork.nowMs(); [first] = replies) {
      replies.shift();
      first.write();
    }
    if (replies[0] !== undefined) clockwork.setAlarm(replies[0].atMs, writeDue);
  };

  return {
    read(atMs, busyMs) {
      freeAtMs = Math.max(freeAtMs, atMs) + busyMs;
      return freeAtMs;
    },
    reply(write) {
      replies.push({atMs: freeAtMs, write});
      // The others before it have their alarm; alone it may be due at once.
      if (replies.length === 1) writeDue();
    },
    stop: () => clockwork.clearAlarm(),
  };
};
