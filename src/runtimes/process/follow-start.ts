import type {StartupFacts} from '../../engines/engine.ts';
import type {startingLog} from '../starting-log.ts';
import {readNewLines} from './log-lines.ts';

/** Reads a server's log file while it starts, whenever a probe has found it not ready: no clock and no watcher of its own. */
export const followStart = (path: string, log: ReturnType<typeof startingLog>) => {
  const readLines = readNewLines(path);
  let reading = Promise.resolve(); // one after another: each begins where the last one ended
  const read = (afterSeconds: number): Promise<void> => {
    reading = reading.then(async () => {
      for (const line of await readLines()) log.take(line, afterSeconds);
    });
    return reading;
  };
  return {
    waiting: (afterSeconds: number): void => {
      void read(afterSeconds).then(() => log.waiting(afterSeconds));
    },
    /** What the log tells once the server is ready. */
    finish: async (afterSeconds: number): Promise<StartupFacts> => {
      await read(afterSeconds);
      return log.finish();
    },
  };
};
