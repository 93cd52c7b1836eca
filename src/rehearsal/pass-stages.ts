import {reasonOf} from '../errors.ts';
import {machineNow} from '../load/clock.ts';
import type {RehearsalStage, StageName} from '../schema/rehearsal.ts';
import type {RehearsalRun} from './rehearsal-run.ts';
import {nextStage, stagesOf} from './stage-order.ts';
import {stages} from './stages/index.ts';

/** Passes a stage; rehearsal.json tells of it before and after. */
export const passStage = async (run: RehearsalRun, name: StageName): Promise<void> => {
  const {rehearsal, parts} = run;
  const stage: RehearsalStage = {
    name,
    sitting: rehearsal.sittings.length,
    startMs: machineNow(),
    ...{endMs: null, outcome: 'running', detail: null},
  };
  rehearsal.stages.push(stage);
  await run.save();
  parts.told.progress.show(name, {important: true});
  try {
    Object.assign(stage, await stages[name](run));
  } catch (thrown) {
    Object.assign(stage, {outcome: 'failed', detail: reasonOf(thrown)});
    throw thrown;
  } finally {
    stage.endMs = machineNow();
  }
  await run.save();
};

/** Passes all stages that are left. Throws what broke one off. */
export const passStages = async (run: RehearsalRun): Promise<void> => {
  const {strategy, scenario} = run.parts;
  const order = stagesOf(strategy, scenario);
  for (
    let name = nextStage(order, run.rehearsal.stages);
    name !== null;
    name = nextStage(order, run.rehearsal.stages)
  ) {
    run.over.throwIfAborted();
    await passStage(run, name);
  }
};
