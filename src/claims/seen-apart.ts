import type {MetricName} from '../schema/plan.ts';
import {roleOf} from '../schema/request.ts';
import type {Trial} from '../schema/trial.ts';
import {median} from '../stats/percentile.ts';
import type {Wanted} from './decided-ratio.ts';
import {type Evidence, idsOf, sides, type TrialOfRun, trialsOf} from './evidence.ts';
import {metricText, range} from './figures.ts';

const reads: Readonly<Record<MetricName, (trial: Trial) => number | null>> = {
  outputTokensPerSecond: trial => trial.outputTokensPerSecond,
  requestsPerSecond: trial => trial.requestsPerSecond,
  itemsPerSecond: trial => trial.itemsPerSecond,
  ttftP50Ms: ({ttftMs}) => ttftMs?.p50 ?? null,
  ttftP99Ms: ({ttftMs}) => ttftMs?.p99 ?? null,
  tpotP50Ms: ({tpotMs}) => tpotMs?.p50 ?? null,
  tpotP99Ms: ({tpotMs}) => tpotMs?.p99 ?? null,
  e2eP50Ms: ({e2eMs}) => e2eMs?.p50 ?? null,
  e2eP99Ms: ({e2eMs}) => e2eMs?.p99 ?? null,
};

/** Equal load on an equal model: all else may have changed between the two. */
const conditionOf = ({run, trial}: TrialOfRun): string => {
  const model = run.engine.servers.find(({role}) => role === roleOf(trial.workload.kind))?.model;
  return JSON.stringify([trial.suite, trial.workload, trial.load, model]);
};

export interface SeenApart {
  /** Medians of the one engine over medians of the other, a figure for each load. */
  readonly text: string;
  readonly evidence: readonly string[];
}

/** What runs of the two engines, one after the other, show of a ratio: enough to describe it, never to settle it. */
export const seenApart = (evidence: Evidence, {metric, concerns}: Wanted): SeenApart | null => {
  const wanted = (trial: Trial) => concerns(trial) && reads[metric](trial) !== null;
  const [from, to] = [sides.from, sides.to].map(engine =>
    Map.groupBy(trialsOf(evidence, engine, wanted), conditionOf),
  ) as [Map<string, TrialOfRun[]>, Map<string, TrialOfRun[]>];
  const medianOf = (of: readonly TrialOfRun[]) => median(of.flatMap(({trial}) => reads[metric](trial) ?? []));
  const both = [...to].flatMap(([condition, candidate]) => {
    const baseline = from.get(condition);
    return baseline === undefined
      ? []
      : [{ratio: medianOf(candidate) / medianOf(baseline), trials: [...baseline, ...candidate]}];
  });
  if (both.length === 0) return null;
  const loads = both.length === 1 ? 'one load' : `${both.length} loads`;
  return {
    text: `runs one after the other show ${range(both.map(({ratio}) => ratio))} times the ${metricText(metric)} in ${loads}`,
    evidence: idsOf(both.flatMap(({trials}) => trials)),
  };
};
