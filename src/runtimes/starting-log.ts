import type {Engine, StartupFacts} from '../engines/engine.ts';
import {stageTeller} from './startup.ts';

const everySeconds = 10;
const lineLength = 120;

interface StartingLogOptions {
  readonly launch: Pick<NonNullable<Engine['launch']>, 'stageOf' | 'readStartup'>;
  readonly mask: (text: string) => string;
  readonly say: (line: string) => void;
}

/** Says what the log of a starting server tells: its stages and, now and then, its own last line, which shows best how far it is. */
export const startingLog = ({launch, mask, say}: StartingLogOptions) => {
  const tellStage = stageTeller(launch.stageOf, say);
  const lines: string[] = [];
  let dueSeconds = everySeconds;
  return {
    /** `afterSeconds` is the time from the start of the server to this line. */
    take: (line: string, afterSeconds: number): void => {
      lines.push(line);
      tellStage(line, afterSeconds);
    },
    /** To be called after every probe that found the server not ready. */
    waiting: (afterSeconds: number): void => {
      if (afterSeconds < dueSeconds) return;
      dueSeconds += everySeconds;
      const last = mask(lines.findLast(line => line.trim() !== '')?.trim() ?? 'no output yet');
      const shown = last.length > lineLength ? `${last.slice(0, lineLength - 1)}…` : last;
      say(`not ready after ${afterSeconds.toFixed(0)} s: ${shown}`);
    },
    /** What the log told until the server was ready. */
    finish: (): StartupFacts => launch.readStartup(lines),
  };
};
