/** Where a command speaks: results on stdout, everything else on stderr. Passed in, so that tests can listen. */
export interface Terminal {
  /** Result text, verbatim. */
  out(text: string): void;
  /** One line for the person who watches. */
  note(line: string): void;
  /** One line that --quiet does not drop either: something failed. */
  warn(line: string): void;
  /** Progress that replaces the line before it on a terminal, and is a plain line elsewhere. */
  readonly progress: ProgressLine;
}

export interface ProgressLine {
  /** At most one plain line every `plainEveryMs` where stderr is no terminal; `important` lines are always shown. */
  show(line: string, options?: {important?: boolean}): void;
  /** Ends the current line, so that what follows starts on its own. */
  finish(): void;
}

export interface ProgressOptions {
  readonly isTerminal: boolean;
  columns(): number;
  write(text: string): void;
  nowMs(): number;
  readonly plainEveryMs?: number;
}

const clearLine = '\r\u001b[2K';

export const progressLine = ({
  isTerminal,
  columns,
  write,
  nowMs,
  plainEveryMs = 5000,
}: ProgressOptions): ProgressLine => {
  let shownAtMs = Number.NEGATIVE_INFINITY;
  let shown = '';
  let open = false;
  return {
    show(line, {important = false} = {}) {
      if (isTerminal) {
        // A line that wraps cannot be replaced: one column is left for the cursor.
        write(`${clearLine}${line.slice(0, Math.max(20, columns() - 1))}`);
        open = true;
        return;
      }
      if (line === shown || (!important && nowMs() - shownAtMs < plainEveryMs)) return;
      shownAtMs = nowMs();
      shown = line;
      write(`${line}\n`);
    },
    finish() {
      if (open) write('\n');
      open = false;
    },
  };
};

/** Columns of what is printed on stdout; where that is no terminal, as many as read well. */
export const outputColumns = (): number => (process.stdout.isTTY ? process.stdout.columns || 80 : 100);

const silent: ProgressLine = {show() {}, finish() {}};

/** The real one. `quiet` drops notes and progress. */
export const processTerminal = ({quiet}: {quiet: boolean}): Terminal => {
  const progress = quiet
    ? silent
    : progressLine({
        isTerminal: process.stderr.isTTY,
        columns: () => process.stderr.columns || 80, // a terminal may not know its width
        write: text => process.stderr.write(text),
        nowMs: () => performance.now(),
      });
  const warn = (line: string) => {
    progress.finish();
    process.stderr.write(`${line}\n`);
  };
  return {out: text => void process.stdout.write(text), note: quiet ? () => {} : warn, warn, progress};
};
