import type {StageName} from '../../schema/rehearsal.ts';
import type {StrategyKind} from '../../schema/rehearsal-plan.ts';
import type {RehearsalRun} from '../rehearsal-run.ts';
import type {StageEnd} from '../stage-end.ts';

/** How requests come to the candidate: one file each. */
export interface Strategy {
  readonly kind: StrategyKind;
  /** In their order. */
  readonly stages: readonly StageName[];
  /** Brings the requests over. May be entered again where a killed harness left it. */
  cutover(run: RehearsalRun): Promise<StageEnd>;
}

/** Where both sides are up at the same time. */
export const sideBySide: readonly StageName[] = [
  ...(['baseline-up', 'before', 'candidate-up', 'check', 'cutover', 'watch', 'fault'] as const),
  ...(['rollback', 'recover', 'after', 'down'] as const),
];

/** A switch is over in milliseconds: the stage goes on until requests that met it have ended. */
export const switchMs = 1000;
