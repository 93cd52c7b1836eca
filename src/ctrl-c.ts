import {CutoverError} from './errors.ts';

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** npm passes on a Ctrl-C that its child has from the terminal already: what comes so soon is the same one. */
const sameKeyMs = 500;

export interface CtrlC {
  /** `process.on`. */
  on(signal: (typeof signals)[number], listener: () => void): void;
  /** On a monotonic clock. */
  nowMs(): number;
  note(line: string): void;
  /** Ends the process at once. */
  exit(): void;
}

/**
 * Aborted by the first Ctrl-C (or SIGTERM, or SIGHUP of a closed terminal) with a CutoverError INTERRUPTED, so that
 * everything that was started can be stopped; a later one ends the process without waiting for that.
 */
export const interruptedBy = ({on, nowMs, note, exit}: CtrlC): AbortSignal => {
  const controller = new AbortController();
  let firstMs: number | null = null;
  for (const signal of signals)
    on(signal, () => {
      if (firstMs !== null) {
        if (nowMs() - firstMs > sameKeyMs) exit();
        return;
      }
      firstMs = nowMs();
      note(`${signal}: stopping what was started. Once more ends cutover without waiting for it.`);
      const hint = 'What had ended by then is kept.';
      controller.abort(new CutoverError('INTERRUPTED', `interrupted by ${signal}`, {hint}));
    });
  return controller.signal;
};
