import type {LoadSpec, LoadStage, SweepStage} from '../schema/suite.ts';

/** A closed loop has every slot warmed up, unless nothing is to be. */
const warmupOf = ({warmup}: LoadSpec, slots: number): number => (warmup === 0 ? 0 : Math.max(warmup, slots));

const loadAt = ({load, sweep}: SweepStage, level: number): LoadSpec => {
  const {requests, durationSeconds} = load;
  if (sweep.over === 'concurrency') {
    const asked = requests === null ? level * sweep.requestsPerSlot : Math.max(requests, level);
    return {
      mode: 'closed',
      concurrency: level,
      requests: durationSeconds === null ? asked : null,
      durationSeconds,
      warmup: warmupOf(load, level),
    };
  }
  return {
    mode: 'open',
    arrivals: 'poisson',
    ratePerSecond: level,
    maxInFlight: null,
    requests,
    durationSeconds: requests === null ? (durationSeconds ?? sweep.secondsPerLevel) : null,
    warmup: load.warmup,
  };
};

/** A sweep's stage at one level: named `goodput@12.5`, so that each level has prompts of its own. */
export const stageAt = (stage: SweepStage, level: number): LoadStage => ({
  name: `${stage.name}@${level}`,
  workload: stage.workload,
  load: loadAt(stage, level),
});

/** Seconds in which the requests of an open loop are sent. */
export const sendingSeconds = (load: Extract<LoadSpec, {mode: 'open'}>): number =>
  load.durationSeconds ?? (load.requests ?? 0) / load.ratePerSecond;
