import {join} from 'node:path';
import {shownNumber} from '../report/number.ts';
import {projectRoot} from '../root.ts';
import {loadsOf} from '../schema/stage.ts';
import type {Suite} from '../schema/suite.ts';
import {indexTrace, type PromptTrace} from '../traces/index-trace.ts';
import {readTrace, type Trace} from '../traces/read-trace.ts';
import type {Traces} from './stages.ts';

/** Replayed where the command line names no other. */
const ownTrace = join(projectRoot, 'fixtures', 'traces', 'code-search.jsonl');

/**
 * Reads what the suites replay. `path` is --trace: its times go for all suites, its prompts for those of a trace, which
 * otherwise replay our own. Throws BAD_OPTIONS with the line and the fix.
 */
export const readTraces = async (suites: readonly Suite[], path: string | null): Promise<Traces> => {
  const kinds = suites.flatMap(({stages}) => stages.flatMap(loadsOf)).map(({workload}) => workload.kind);
  const prompts = kinds.includes('trace') ? await indexTrace(path ?? ownTrace) : null;
  return {prompts, times: path === null ? null : (prompts ?? (await readTrace(path)))};
};

const arrivalsText = ({file, times, timesMs}: Trace): string => {
  const seconds = ((timesMs.at(-1) ?? 0) - (timesMs[0] ?? 0)) / 1000;
  return `Trace ${file}: ${timesMs.length} arrivals over ${shownNumber(seconds, 's')} s (${times})`;
};

const promptsText = ({file, fields, blockTokens}: PromptTrace): string =>
  `Prompts of ${file}: by ${fields}; a block is ${blockTokens} tokens`;

/** How the files were understood, for whoever knows what they hold. */
export const tracesText = ({times, prompts}: Traces): readonly string[] => {
  const arrivals = prompts ?? times;
  return [...(arrivals === null ? [] : [arrivalsText(arrivals)]), ...(prompts === null ? [] : [promptsText(prompts)])];
};
