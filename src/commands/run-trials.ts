import {once} from 'node:events';
import {setTimeout as delay} from 'node:timers/promises';
import {CutoverError} from '../errors.ts';
import type {Options} from '../options.ts';
import type {RunFolder} from '../records/run-folder.ts';
import type {Stack} from '../runtimes/stack.ts';
import type {RunRecord} from '../schema/record.ts';
import type {Terminal} from '../terminal.ts';
import {combineHashes} from '../workloads/data-hash.ts';
import {progressText} from './progress-text.ts';
import {runTrial} from './run-trial.ts';
import type {PlannedTrial} from './stages.ts';

interface TrialsOptions {
  readonly stack: Stack;
  readonly trials: readonly PlannedTrial[];
  /** Gets each trial when it has ended, and is then saved. */
  readonly record: RunRecord;
  readonly folder: RunFolder;
  readonly options: Pick<Options, 'seed' | 'timeout' | 'keepRaw' | 'workers'>;
  readonly progress: Terminal['progress'];
  readonly interrupted: AbortSignal;
}

/** How long a dead server's runtime may take to say why it died. */
const lastWordsMs = 2000;

/**
 * An engine that died refuses connections a moment before the runtime that watches it can tell the reason and the last
 * log lines, so these are waited for.
 */
const whyItEnded = async (thrown: unknown, died: AbortSignal): Promise<unknown> => {
  if (!(thrown instanceof CutoverError) || thrown.code !== 'ENGINE_UNREACHABLE') return thrown;
  if (!died.aborted) await Promise.race([once(died, 'abort'), delay(lastWordsMs)]);
  if (died.aborted) return died.reason;
  return new CutoverError('ENGINE_DIED', `The engine does not answer any more: ${thrown.message}`, {
    hint: "Read the server's log: it served when the run began.",
    cause: thrown,
  });
};

/** Runs the trials one after another. Throws ENGINE_DIED, or the reason of `interrupted`. */
export const runTrials = async (run: TrialsOptions): Promise<void> => {
  const {stack, trials, record, folder, options, progress, interrupted} = run;
  const signal = AbortSignal.any([interrupted, stack.died]);
  const firstMs = performance.now();
  for (const [index, planned] of trials.entries()) {
    signal.throwIfAborted();
    const {stage} = planned;
    const place = {suite: stage.name, trial: index + 1, trials: trials.length};
    let shown = `${place.suite} · trial ${place.trial} of ${place.trials} · getting ready`;
    progress.show(shown, {important: true});
    const trial = await runTrial({
      index,
      planned,
      stack,
      seed: options.seed,
      timeoutMs: options.timeout * 1000,
      keepRaw: options.keepRaw,
      workers: options.workers,
      folder,
      signal,
      onProgress(now) {
        shown = progressText({...place, elapsedMs: performance.now() - firstMs}, now);
        progress.show(shown);
      },
    }).catch(async (thrown: unknown) => {
      throw await whyItEnded(thrown, stack.died);
    });
    progress.show(shown, {important: true}); // how it ended: plain lines are rarer than short trials
    record.trials.push(trial);
    record.dataHash = combineHashes(record.trials.map(({dataHash}) => dataHash));
    await folder.save(record);
  }
  progress.finish();
};
