import {flushCompileCache} from 'node:module';
import type {ShownRun} from './commands/show-run.ts';

/** What is left to do when a run is over, in words that a program can be started with. */
export interface Ending extends ShownRun {
  readonly quiet: boolean;
  /** What became of the run. */
  readonly exitCode: number;
  /** The last words on stderr; empty when nothing went wrong. */
  readonly explanation: string;
}

const variable = 'CUTOVER_ENDING';

/**
 * Puts a fresh image of this program in the place of this process to do what is left: reading all samples, checking them
 * and drawing charts takes as much memory as measuring did, and so neither comes on top of the other. The process keeps
 * its number, its terminal and its folder. `start` is the program's first file. Returns only where the system has no such call (Windows).
 */
export const handOver = (ending: Ending, start: string): void => {
  flushCompileCache(); // nothing else of this image is run
  process.execve?.(process.execPath, [process.execPath, ...process.execArgv, start], {
    ...process.env,
    [variable]: JSON.stringify(ending),
  });
};

/** What an image before this one left to do; null when there was none. */
export const handedOver = (): Ending | null => {
  const text = process.env[variable];
  delete process.env[variable]; // it concerns no process that this one starts
  return text === undefined ? null : JSON.parse(text);
};
