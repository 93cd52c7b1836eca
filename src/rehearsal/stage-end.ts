import type {RehearsalStage} from '../schema/rehearsal.ts';

/** How a stage ended that nothing broke off. */
export interface StageEnd {
  readonly outcome: Extract<RehearsalStage['outcome'], 'done' | 'aborted' | 'undecided'>;
  readonly detail: string | null;
}

export const done = (detail: string | null = null): StageEnd => ({outcome: 'done', detail});
export const aborted = (detail: string): StageEnd => ({outcome: 'aborted', detail});
export const undecided = (detail: string): StageEnd => ({outcome: 'undecided', detail});
