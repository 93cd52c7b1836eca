import {readCommandLine} from '../../command-line.ts';
import {CutoverError} from '../../errors.ts';
import type {Options} from '../../options.ts';
import type {Terminal} from '../../terminal.ts';
import {decide} from '../decide.ts';

/** The quick plan as small as a decision can be; the budget keeps a machine under load from making void pairs again for minutes. */
export const small = '--plan quick --requests 8 --pairs 2 --aa-pairs 2 --runtime embedded --budget 0.4'.split(' ');

const optionsOf = (words: readonly string[]): Options => {
  const read = readCommandLine(words, '1.2.3');
  if (read.command === 'print') throw new TypeError(words.join(' '));
  return read.options;
};

interface Said {
  stdout: string;
  readonly notes: string[];
  /** Null where it threw. */
  exitCode: number | null;
  thrown: unknown;
}

/** `decide` with these options in this process. It is interrupted when it gets the block of that number (from 1) ready. */
export const decideHere = async (words: readonly string[], interruptAtBlock: number | null = null): Promise<Said> => {
  const argv = ['decide', ...words];
  const said: Said = {stdout: '', notes: [], exitCode: null, thrown: null};
  const interruption = new AbortController();
  let begun = 0;
  const terminal: Terminal = {
    out: text => {
      said.stdout += text;
    },
    note: line => said.notes.push(line),
    warn: line => said.notes.push(line),
    progress: {
      show(line) {
        said.notes.push(line);
        if (line.includes('getting ready') && ++begun === interruptAtBlock)
          interruption.abort(new CutoverError('INTERRUPTED', 'interrupted by SIGINT'));
      },
      finish() {},
    },
  };
  try {
    said.exitCode = await decide({
      ...{options: optionsOf(argv), argv, version: '1.2.3', terminal, reportsDir: '/nowhere'},
      interrupted: interruption.signal,
      readOptions: optionsOf,
    });
  } catch (thrown) {
    said.thrown = thrown;
  }
  return said;
};
