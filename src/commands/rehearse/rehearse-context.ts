import type {Options} from '../../options.ts';
import type {Terminal} from '../../terminal.ts';
import type {podsOfRehearsal} from './pods-of-rehearsal.ts';

export interface RehearseContext {
  readonly options: Options;
  /** The words after `cutover`, for the record. */
  readonly argv: readonly string[];
  readonly version: string;
  readonly terminal: Terminal;
  readonly reportsDir: string;
  /** What --strategy names a file of. */
  readonly plansDir: string;
  /** Aborted with a CutoverError INTERRUPTED by Ctrl-C. */
  readonly interrupted: AbortSignal;
  /** What those words say: a rehearsal that goes on has the options that it was begun with. */
  readOptions(words: readonly string[]): Options;
  /** What has the pods, in place of a cluster. */
  readonly loadPods?: typeof podsOfRehearsal;
}
