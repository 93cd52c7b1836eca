/** What keys and values go over from one GPU to another: one transfer after the other, each with its latency on top. */
export interface Link {
  /** Calls `arrived` when so many bytes are there, unless the returned function was called before. */
  send(bytes: number, arrived: () => void): () => void;
  stop(): void;
}

interface LinkOptions {
  readonly latencyMs: number;
  readonly gbPerSecond: number;
  /** Divides both. */
  readonly speed: number;
  readonly nowMs: () => number;
}

export const createLink = ({latencyMs, gbPerSecond, speed, nowMs}: LinkOptions): Link => {
  const timers = new Map<object, NodeJS.Timeout>();
  let freeAtMs = -Infinity;
  const forget = (transfer: object) => {
    clearTimeout(timers.get(transfer));
    timers.delete(transfer);
  };

  return {
    send(bytes, arrived) {
      const transfer = {};
      freeAtMs = Math.max(freeAtMs, nowMs()) + bytes / (gbPerSecond * 1e6) / speed;
      const dueMs = freeAtMs + latencyMs / speed;
      const wait = () => {
        const leftMs = dueMs - nowMs();
        // A timer of Node's may ring a little before its time.
        if (leftMs > 0) return timers.set(transfer, setTimeout(wait, leftMs));
        forget(transfer);
        return arrived();
      };
      wait();
      return () => forget(transfer);
    },
    stop() {
      for (const transfer of timers.keys()) forget(transfer);
    },
  };
};
