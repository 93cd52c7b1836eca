import type {Options} from '../options.ts';
import type {LengthSpec} from '../schema/length.ts';
import type {Workload, WorkloadSpec} from '../schema/workload.ts';
import {readLength} from './read-lengths.ts';

/** The options that change what is asked, with the lengths in files read. */
export type WorkloadOptions = Pick<
  Options,
  'batch' | 'sharedPrefix' | 'contexts' | 'turns' | 'thinkSeconds' | 'branches'
> & {readonly promptTokens: LengthSpec | null; readonly outputTokens: LengthSpec | null};

/** Options with the lengths in files read. Throws BAD_OPTIONS. */
export const withLengths = async (
  options: Options,
): Promise<Omit<Options, 'promptTokens' | 'outputTokens'> & WorkloadOptions> => ({
  ...options,
  promptTokens: await readLength(options.promptTokens, 'promptTokens'),
  outputTokens: await readLength(options.outputTokens, 'outputTokens'),
});

/** Those of the values that the command line gave. */
const given = <Values extends Record<string, unknown>>(values: Values) =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null)) as {
    [Key in keyof Values]?: NonNullable<Values[Key]>;
  };

const chatWith = (
  workload: Workload<'chat' | 'prefix' | 'repeat' | 'warmed' | 'revisit'>,
  options: WorkloadOptions,
): WorkloadSpec => {
  const {sharedPrefix, contexts, turns, thinkSeconds, branches} = options;
  switch (workload.kind) {
    case 'chat':
      return {...workload, ...given({sharedPrefix, contexts})};
    case 'prefix':
      return {...workload, ...given({turns, thinkSeconds, branches})};
    case 'repeat':
      return {...workload, ...given({times: turns})};
    case 'warmed':
      return workload;
    case 'revisit':
      return {...workload, ...given({contexts, visits: turns})};
  }
};

/** A workload with what the command line says, as far as it has such a thing. */
export const workloadWith = (workload: WorkloadSpec, options: WorkloadOptions): WorkloadSpec => {
  if (workload.kind === 'trace') return workload;
  const {promptTokens, outputTokens, batch} = options;
  if (workload.kind === 'embed' || workload.kind === 'rerank') return {...workload, ...given({promptTokens, batch})};
  return chatWith({...workload, ...given({promptTokens, outputTokens})}, options);
};
