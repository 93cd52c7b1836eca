import {reasonOf} from '../errors.ts';
import type {Sample} from '../schema/sample.ts';
import type {LoadStage, SweepStage} from '../schema/suite.ts';
import type {Sweep} from '../schema/sweep.ts';
import type {Trial} from '../schema/trial.ts';
import {GoodCount} from '../stats/slo.ts';
import {nextLevel, type SeenLevel} from '../stats/sweep.ts';
import {sendingSeconds, stageAt} from './sweep-level.ts';

interface SweepOptions {
  readonly stage: SweepStage;
  readonly repetition: number;
  /** Measures one level, keeps its trial, and shows `see` its samples. */
  runLevel(stage: LoadStage, see: (sample: Sample) => void): Promise<Trial>;
}

/** Errors are for the sweep to judge: over rate they are missed requests like any other. */
const voidFor = ({findings}: Trial): string | null =>
  findings.find(({severity, code}) => severity === 'void' && code !== 'errors')?.code ?? null;

/** Tokens a second, or texts or documents a second. */
const throughputOf = ({outputTokensPerSecond, itemsPerSecond}: Trial): number | null =>
  outputTokensPerSecond ?? itemsPerSecond;

const goodPerSecond = ({load}: Trial, good: GoodCount): number | null =>
  load.mode === 'open' && good.all > 0 ? good.good / sendingSeconds(load) : null;

/**
 * Measures level after level, until the next one would tell nothing new. Yields what it came to so far after each of them;
 * what breaks it off is the reason in the last one, and is thrown.
 */
export async function* runSweep({stage, repetition, runLevel}: SweepOptions): AsyncGenerator<Sweep, void, void> {
  const spec = stage.sweep;
  const levels: Sweep['levels'] = [];
  const seen: SeenLevel[] = [];
  const sweep = (end: Pick<Sweep, 'found' | 'stopped'>): Sweep => ({
    stage: stage.name,
    repetition,
    spec,
    levels: [...levels],
    ...end,
  });
  let step = nextLevel(spec, seen);
  while ('level' in step) {
    const {level} = step;
    const good = spec.over === 'rate' ? new GoodCount(spec.slo, 'scheduled') : null;
    let trial: Trial;
    try {
      trial = await runLevel(stageAt(stage, level), sample => good?.add(sample));
    } catch (thrown) {
      yield sweep({found: null, stopped: `broken off: ${reasonOf(thrown)}`});
      throw thrown;
    }
    const {ok, failed} = trial.counts;
    levels.push({
      trial: trial.index,
      level,
      throughput: throughputOf(trial),
      ttftP99Ms: trial.ttftMs?.p99 ?? null,
      goodShare: good?.share ?? null,
    });
    seen.push({
      level,
      throughput: good === null ? throughputOf(trial) : goodPerSecond(trial, good),
      failedShare: failed / Math.max(1, ok + failed),
      goodShare: good?.share ?? null,
      void: voidFor(trial),
    });
    step = nextLevel(spec, seen);
    yield sweep('level' in step ? {found: null, stopped: 'not over'} : step);
  }
}
