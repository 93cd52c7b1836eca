import {reasonOf} from '../errors.ts';
import type {Finding} from '../schema/finding.ts';
import type {LoadSpec, LoadStage} from '../schema/suite.ts';
import {endlessShare} from '../traces/endless-cache.ts';
import type {PromptTrace} from '../traces/index-trace.ts';
import {loadWith} from './load-with.ts';
import {refuseMore, replayOf} from './replay.ts';
import type {PlannedStage, StageOptions} from './stages.ts';

/** At the trace's own times, unless the command line spaces the requests in another way. */
const loadOf = (prompts: PromptTrace, stage: LoadStage, options: StageOptions): LoadSpec => {
  const {concurrency, rate, arrivals, burstiness} = options;
  const otherwise = concurrency ?? rate ?? burstiness ?? (arrivals === 'trace' ? null : arrivals);
  if (otherwise === null) return replayOf(prompts, stage, options);
  const {rows} = prompts.index;
  refuseMore(prompts.file, options.requests, rows);
  // Without this the spacing would stay that of the suite, which is the trace's.
  const load = loadWith(stage.load, {...options, arrivals: arrivals ?? 'poisson'});
  // The suite's own number may be that of a longer trace.
  return {...load, requests: load.requests && Math.min(load.requests, rows)};
};

/** A stage whose prompts are those of a trace. Throws BAD_OPTIONS when more is asked for than there is. */
export const promptReplayOf = (
  prompts: PromptTrace,
  stage: LoadStage,
  options: StageOptions,
): Pick<LoadStage, 'workload' | 'load'> => {
  const {file, sha256, blockTokens, index} = prompts;
  return {
    workload: {kind: 'trace', file, sha256, rows: index.rows, blockTokens},
    load: loadOf(prompts, stage, options),
  };
};

/** What the hit ratio of a trial can be read against; nothing where its prompts are not a trace's, or the trace does not tell. */
export const reuseFindings = (
  {stage, prompts}: Pick<PlannedStage<LoadStage>, 'stage' | 'prompts'>,
  plannedRequests: number | null,
): readonly Finding[] => {
  if (stage.workload.kind !== 'trace' || prompts === null || plannedRequests === null) return [];
  // More arrivals than prompts were planned where a duration ends the trial.
  const requests = Math.min(plannedRequests, prompts.index.rows);
  const note = (message: string, hint: string | null): Finding => ({
    code: 'trace-reuse',
    severity: 'note',
    message,
    hint,
  });
  let share: number | null;
  try {
    share = endlessShare(prompts.index, prompts.blockTokens, requests);
  } catch (thrown) {
    // The file is read once more, after all was measured: what became of it since must not cost the trial its numbers.
    return [
      note(`What an endless prefix cache would have of ${prompts.file} cannot be told: ${reasonOf(thrown)}`, null),
    ];
  }
  if (share === null) return [];
  return [
    note(
      `${(100 * share).toFixed(1)} % of the prompt tokens of these ${requests} requests of ${prompts.file} are, by the trace, beginnings that were there before: what an endless prefix cache would have`,
      'A share of cached tokens below it is what the cache had to forget, or did not have yet when requests came close together.',
    ),
  ];
};
