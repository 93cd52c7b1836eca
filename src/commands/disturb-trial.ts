import type {Disturbance} from '../disturbances/disturb.ts';
import type {GivenWeights} from '../disturbances/given-weights.ts';
import {CutoverError, reasonOf} from '../errors.ts';
import {roleOf} from '../schema/request.ts';
import type {DisturbedStage, LoadStage, Stage} from '../schema/suite.ts';
import type {TrialOptions} from './prepare-trial.ts';
import type {TrialsOptions} from './run-trials.ts';
import type {PlannedStage} from './stages.ts';

/** What a stage before left changed in the stack. */
export interface PendingUndo {
  bringBack: ((signal: AbortSignal) => Promise<void>) | null;
}

export const isDisturbed = (stage: Stage): stage is DisturbedStage => 'disturb' in stage;

/** How long a load sends, in ms. Throws BAD_SUITE where only the replies decide that. */
const sendMs = ({name, load}: LoadStage): number => {
  if (load.durationSeconds !== null) return load.durationSeconds * 1000;
  if (load.mode === 'open' && load.requests !== null) return (load.requests / load.ratePerSecond) * 1000;
  throw new CutoverError(
    'BAD_SUITE',
    `${name} does something in the middle of its load, and nothing says when it ends`,
    {
      hint: 'Write --duration 60 in place of --requests, or send in an open loop (--rate).',
    },
  );
};

/** What a stage does to the stack in its middle; null where it does nothing. */
export const prepareDisturbance = async (
  {planned: {stage}, stack, newWeights, undo, signal}: TrialOptions,
  seed: number,
): Promise<Disturbance | null> => {
  if (!isDisturbed(stage)) return null;
  // Loaded only where it is needed: few loads are disturbed.
  const {Disturbance} = await import('../disturbances/disturb.ts');
  const disturbance = new Disturbance({
    ...{stack, signal, seed},
    spec: stage.disturb,
    role: roleOf(stage.workload.kind),
    given: newWeights ?? {folder: null, adapter: null},
    sendMs: sendMs(stage),
    onUndo(bringBack) {
      if (undo !== undefined) undo.bringBack = bringBack;
    },
  });
  await disturbance.prepare();
  return disturbance;
};

/** Brings the old weights back, once. Throws TRIAL_FAILED: what would follow would be measured with others than it says. */
export const bringBack = async (undo: PendingUndo, signal: AbortSignal): Promise<void> => {
  const pending = undo.bringBack;
  undo.bringBack = null;
  await pending?.(signal).catch((thrown: unknown) => {
    signal.throwIfAborted();
    throw new CutoverError('TRIAL_FAILED', `The old weights could not be brought back: ${reasonOf(thrown)}`, {
      hint: 'Restart the server: it still has the weights that a stage gave it.',
      cause: thrown,
    });
  });
};

/** The stages that this stack can run; why the others cannot is noted. Throws BAD_OPTIONS where none is left. */
export const offeredStages = async (
  {stages, stack, record, progress}: Pick<TrialsOptions, 'stages' | 'stack' | 'record' | 'progress'>,
  given: GivenWeights,
): Promise<readonly PlannedStage[]> => {
  if (!stages.some(({stage}) => isDisturbed(stage))) return stages;
  const {notOffered} = await import('../disturbances/offered.ts');
  const {weightsFor} = await import('../disturbances/given-weights.ts');
  const missing = new Map(
    stages.flatMap(({stage}) => {
      const why = isDisturbed(stage) ? notOffered(stage.name, stage.disturb, stack, weightsFor(stack, given)) : null;
      return why === null ? [] : [[stage.name, why] as const];
    }),
  );
  const left = stages.filter(({stage}) => !missing.has(stage.name));
  const [first] = missing.values();
  if (left.length === 0 && first !== undefined)
    throw new CutoverError('BAD_OPTIONS', [...missing.values()].map(({message}) => message).join('\n  '), {
      hint: first.hint,
    });
  for (const finding of missing.values()) {
    record.findings.push(finding);
    progress.show(finding.message, {important: true});
  }
  return left;
};
