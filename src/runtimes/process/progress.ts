import {readLogTail} from './log-tail.ts';

const everySeconds = 10;
const lineLength = 120;

/** A listener for a wait of minutes that passes on the engine's own last line, which tells best how far it is. */
export const sayNowAndThen = (logPath: string, mask: (text: string) => string, say: (line: string) => void) => {
  let dueSeconds = everySeconds;
  return (afterSeconds: number): void => {
    if (afterSeconds < dueSeconds) return;
    dueSeconds += everySeconds;
    void readLogTail(logPath).then(lines => {
      const last = mask(lines.at(-1)?.trim() ?? 'no output yet');
      const shown = last.length > lineLength ? `${last.slice(0, lineLength - 1)}…` : last;
      say(`not ready after ${afterSeconds.toFixed(0)} s: ${shown}`);
    });
  };
};
