import type {RehearsalStage, StageName} from '../schema/rehearsal.ts';
import type {Scenario} from './scenarios/scenario.ts';
import type {Strategy} from './strategies/strategy.ts';

/** The stages of a rehearsal in which nothing goes wrong that was not planned. */
export const stagesOf = ({stages, kind}: Pick<Strategy, 'stages' | 'kind'>, scenario: Pick<Scenario, 'stage'>) =>
  stages.filter(name => name !== 'fault' || scenario.stage(kind) === 'fault');

/**
 * Which stage comes next; null where the rehearsal is over. A stage that was broken off is passed again, and a candidate that was given
 * up leads to the rollback.
 */
export const nextStage = (
  order: readonly StageName[],
  passed: readonly Pick<RehearsalStage, 'name' | 'outcome' | 'endMs'>[],
): StageName | null => {
  const last = passed.at(-1);
  if (last === undefined) return order[0] ?? null;
  if (last.endMs === null) return last.name;
  const goesBack = last.outcome === 'aborted' || last.outcome === 'undecided';
  const next = order[order.indexOf(last.name) + 1] ?? null;
  const rollback = order.indexOf('rollback');
  return goesBack && order.indexOf(last.name) < rollback ? 'rollback' : next;
};
