import {machineNow} from '../load/clock.ts';
import type {Arm} from '../schema/block.ts';
import {CandidateWatch, type Watched} from '../verdict/rehearsal/watch-candidate.ts';
import {askNowAndThen} from './ask-now-and-then.ts';
import {beforeLines} from './before-lines.ts';
import {progressText} from './progress.ts';
import type {RehearsalRun} from './rehearsal-run.ts';

const looksPerSecond = 4;

interface Watch {
  readonly arm: Arm;
  readonly sinceMs: number;
  /** When it ends whatever it has shown. */
  readonly untilMs: number;
  /** From when on it ends as soon as all is shown to be well; absent is never before its end. */
  readonly healthyFromMs?: number;
  /** Called at each look. */
  onLook?(nowMs: number): Promise<void>;
}

/**
 * Watches a side until it is shown to be broken, or to be well where that is enough, or the time is up. Throws the reason why the
 * rehearsal cannot go on.
 */
export const watchSide = async (run: RehearsalRun, watch: Watch): Promise<Watched> => {
  const {arm, sinceMs, untilMs, healthyFromMs = Number.POSITIVE_INFINITY, onLook} = watch;
  const {readings, rehearsal} = run;
  if (readings === null) throw new TypeError('nothing is watched without a load');
  const {watch: spec, alpha} = rehearsal.plan;
  const plannedLooks = Math.max(1, Math.ceil(((untilMs - sinceMs) / 1000) * looksPerSecond));
  const before = await beforeLines(run);
  const candidateWatch = new CandidateWatch({spec, alpha, arm, sinceMs, plannedLooks, before});
  await using _asking = arm === 'candidate' ? askNowAndThen(run) : null;
  using _listening = readings.listen(sinceMs, line => candidateWatch.add(line));
  for (;;) {
    await readings.next();
    const nowMs = machineNow();
    const seen = candidateWatch.look({
      nowMs,
      oldestSilentMs: readings.state?.targets[arm]?.oldestSilentMs ?? null,
      memory: readings.memory.filter(reading => reading.arm === arm && reading.atMs >= sinceMs),
      answers: arm === 'candidate' ? readings.answers : null,
      died: readings.died[arm],
    });
    run.parts.told.progress.show(progressText(run, nowMs, seen));
    if (seen.outcome === 'broken' || nowMs >= untilMs) return seen;
    if (seen.outcome === 'healthy' && nowMs >= healthyFromMs) return seen;
    await onLook?.(nowMs);
  }
};
