import type {Clock} from './clock.ts';

/** A timer cannot be set to less. */
const shortestTimerMs = 1;

/**
 * Resolves when `clock` shows `dueMs`, or at once when `signal` is aborted; never early otherwise. Timers fire up to
 * 1.5 ms late (p99), so the last `spinMs` are spent looking at the clock once per turn of the event loop, which brings
 * that down to 0.2 ms and keeps a core busy meanwhile.
 */
export const waitUntil = (clock: Clock, dueMs: number, signal: AbortSignal, spinMs = 1.5): Promise<void> =>
  new Promise(resolve => {
    const over = () => signal.aborted || clock.now() >= dueMs;
    const spin = () => (over() ? resolve() : void setImmediate(spin));
    if (over()) return resolve();
    const restMs = Math.floor(dueMs - clock.now() - spinMs);
    if (restMs < shortestTimerMs && spinMs > 0) return void setImmediate(spin);
    // Without spinning: between the two looks at the clock this process may not have run, and the time has come.
    const stopWaiting = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', stopWaiting);
      spin();
    };
    const timer = setTimeout(stopWaiting, Math.max(shortestTimerMs, restMs));
    signal.addEventListener('abort', stopWaiting);
  });
