import {once} from 'node:events';
import {setTimeout as delay} from 'node:timers/promises';
import type {GivenWeights} from '../disturbances/given-weights.ts';
import {CutoverError} from '../errors.ts';
import {joinProgress} from '../load/join-progress.ts';
import type {LoadProgress} from '../load/run-load.ts';
import type {Options} from '../options.ts';
import type {RunFolder} from '../records/run-folder.ts';
import type {RunRecord} from '../schema/record.ts';
import {roleOf} from '../schema/request.ts';
import type {Sample} from '../schema/sample.ts';
import {loadsOf} from '../schema/stage.ts';
import type {ExaminationStage, LoadStage, SweepStage} from '../schema/suite.ts';
import type {Trial} from '../schema/trial.ts';
import type {Terminal} from '../terminal.ts';
import {combineHashes} from '../workloads/data-hash.ts';
import {tokenLengthOf} from '../workloads/token-estimate.ts';
import {bringBack, offeredStages, type PendingUndo} from './disturb-trial.ts';
import type {TrialContext} from './prepare-trial.ts';
import {progressText, type TrialPlace} from './progress-text.ts';
import {runSweep} from './run-sweep.ts';
import {runTogether} from './run-trial.ts';
import type {PlannedStage} from './stages.ts';

export interface TrialsOptions extends Pick<TrialContext, 'stack' | 'neighbours' | 'ground'> {
  readonly stages: readonly PlannedStage[];
  /** Gets each trial when it has ended, and is then saved. */
  readonly record: RunRecord;
  readonly folder: RunFolder;
  readonly options: Pick<Options, 'seed' | 'timeout' | 'keepRaw' | 'workers'> &
    Partial<Pick<Options, 'newWeights' | 'lora'>>;
  readonly progress: Terminal['progress'];
  readonly interrupted: AbortSignal;
  /** The progress line of loads, in place of one that counts the stages; null before the first request. */
  tell?(name: string, progress: LoadProgress | null): string;
  /** Shown every sample of the loads, trial by trial when each has ended. */
  see?(sample: Sample): void;
}

const bringBackWithinMs = 60_000;

/** How long a dead server's runtime may take to say why it died. */
const lastWordsMs = 2000;

/** What the runtime says of the death, where it watches the server; otherwise what was thrown. */
const lastWords = async (thrown: unknown, died: AbortSignal): Promise<unknown> => {
  if (!died.aborted) await Promise.race([once(died, 'abort'), delay(lastWordsMs)]);
  return died.aborted ? died.reason : thrown;
};

/**
 * An engine that died refuses connections a moment before the runtime that watches it can tell the reason and the last
 * log lines, so these are waited for.
 */
const whyItEnded = async (thrown: unknown, died: AbortSignal): Promise<unknown> => {
  if (!(thrown instanceof CutoverError) || thrown.code !== 'ENGINE_UNREACHABLE') return thrown;
  const why = await lastWords(thrown, died);
  if (why !== thrown) return why;
  return new CutoverError('ENGINE_DIED', `The engine does not answer any more: ${thrown.message}`, {
    hint: "Read the server's log: it served when the run began.",
    cause: thrown,
  });
};

/** Where a stage stands in the run, and what it is measured with. */
interface StageContext extends TrialContext {
  readonly run: TrialsOptions;
  readonly place: Omit<TrialPlace, 'suite' | 'elapsedMs'>;
  /** When the first stage began, on the clock of `performance.now()`. */
  readonly firstMs: number;
}

/** Of all that was sent: the trials' in their order, and then the examinations'. */
const dataHashOf = ({trials, examinations}: RunRecord): string =>
  combineHashes([...trials, ...examinations].map(({dataHash}) => dataHash));

/** Runs the loads at the same time and saves their trials. */
const measure = async (
  {run: {record, folder, progress, stack, tell, see: seeToo}, place, firstMs, ...context}: StageContext,
  name: string,
  planned: readonly PlannedStage<LoadStage>[],
  see = seeToo,
): Promise<readonly Trial[]> => {
  let shown = tell?.(name, null) ?? `${name} · trial ${place.trial} of ${place.trials} · getting ready`;
  progress.show(shown, {important: true});
  const latest = new Map<number, LoadProgress>();
  const first = record.trials.length;
  const trials = planned.map((one, offset) => ({
    ...context,
    index: first + offset,
    planned: one,
    tokenLength: tokenLengthOf(record.tokenLengths, roleOf(one.stage.workload.kind)),
    onProgress(now: LoadProgress) {
      latest.set(offset, now);
      const elapsedMs = performance.now() - firstMs;
      const all = joinProgress([...latest.values()]);
      shown = tell?.(name, all) ?? progressText({...place, suite: name, elapsedMs}, all);
      progress.show(shown);
    },
  }));
  const measured = await runTogether(trials, see).catch(async (thrown: unknown) => {
    throw await whyItEnded(thrown, stack.died);
  });
  progress.show(shown, {important: true}); // how it ended: plain lines are rarer than short trials
  record.trials.push(...measured);
  record.dataHash = dataHashOf(record);
  await folder.save(record);
  return measured;
};

const sweep = async (context: StageContext, planned: PlannedStage, stage: SweepStage): Promise<void> => {
  const {record, folder} = context.run;
  const {repetition} = planned;
  const runLevel = async (level: LoadStage, see: (sample: Sample) => void) => {
    const [trial] = await measure(context, level.name, [{...planned, stage: level}], see);
    return trial as Trial;
  };
  const place = record.sweeps.length;
  for await (const swept of runSweep({stage, repetition, runLevel})) {
    record.sweeps[place] = swept;
    await folder.save(record);
  }
};

const examine = async (
  {run: {record, folder, progress}, ...context}: StageContext,
  repetition: number,
  stage: ExaminationStage,
) => {
  // Loaded only where it is needed: the questions of some are made with packages of their own.
  const {runExamination} = await import('./run-examination.ts');
  const onProgress = (answers: number) => progress.show(`${stage.name} · ${answers} answers`);
  const {examination, died} = await runExamination({...context, folder, stage, repetition, onProgress});
  record.examinations.push(examination);
  record.dataHash = dataHashOf(record);
  await folder.save(record);
  if (died !== null) throw await lastWords(died, context.stack.died);
};

/** Runs the stages one after another. Throws ENGINE_DIED, TRIAL_FAILED, BAD_OPTIONS, or the reason of `interrupted`. */
export const runTrials = async (run: TrialsOptions): Promise<void> => {
  const {stack, neighbours = [], ground, folder, options, progress, interrupted} = run;
  const {seed, keepRaw, workers} = options;
  const signal = AbortSignal.any([interrupted, stack.died]);
  const firstMs = performance.now();
  const timeoutMs = options.timeout * 1000;
  const newWeights: GivenWeights = {folder: options.newWeights ?? null, adapter: options.lora ?? null};
  const undo: PendingUndo = {bringBack: null};
  const common = {
    ...{run, stack, neighbours, seed, timeoutMs, keepRaw, workers, folder, signal, firstMs},
    ...{newWeights, undo},
    ...(ground !== undefined && {ground}),
  };
  const stages = await offeredStages(run, newWeights);
  try {
    for (const [index, planned] of stages.entries()) {
      signal.throwIfAborted();
      await bringBack(undo, signal);
      const {stage, repetition} = planned;
      const context = {...common, place: {trial: index + 1, trials: stages.length}};
      if ('examine' in stage) await examine(context, repetition, stage);
      else if ('sweep' in stage) await sweep(context, planned, stage);
      else
        await measure(
          context,
          stage.name,
          loadsOf(stage).map(load => ({...planned, stage: load})),
        );
    }
  } finally {
    // Servers of others go on serving: with the weights that they came with.
    if (stack.runtime === 'attach') await bringBack(undo, AbortSignal.timeout(bringBackWithinMs));
  }
  progress.finish();
};
