import {machineNow} from '../load/clock.ts';
import {progressText} from './progress.ts';
import type {RehearsalRun} from './rehearsal-run.ts';

/** What a change of the service leaves behind in queues and caches is over by then. */
const settleMs = 1000;
const pollMs = 500;

/** Takes the plan's blocks of latency, one right after the other; those of an earlier sitting are dropped. */
export const takeBlocks = async (run: RehearsalRun, when: 'before' | 'after'): Promise<void> => {
  const {rehearsal, parts} = run;
  const {count, seconds} = rehearsal.plan.blocks;
  rehearsal.blocks = rehearsal.blocks.filter(block => block.when !== when);
  await run.wait(settleMs);
  let startMs = machineNow();
  for (let block = 1; block <= count; block += 1) {
    const endMs = startMs + seconds * 1000;
    for (let nowMs = startMs; nowMs < endMs; nowMs = machineNow()) {
      parts.told.progress.show(`${progressText(run, nowMs, null)} · block ${block} of ${count}`);
      await run.wait(Math.min(pollMs, endMs - nowMs));
    }
    rehearsal.blocks.push({when, startMs, endMs});
    startMs = endMs;
  }
  await run.save();
};
