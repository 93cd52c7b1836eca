import {CutoverError} from '../errors.ts';
import type {LoadSpec, LoadStage} from '../schema/suite.ts';
import type {Trace} from '../traces/read-trace.ts';
import {requestsOfEach} from '../workloads/index.ts';
import type {StageOptions} from './stages.ts';

const secondsOf = (timesMs: Float64Array) => ((timesMs.at(-1) ?? 0) - (timesMs[0] ?? 0)) / 1000;

/** Throws BAD_OPTIONS when the command line asks for more requests than a trace has. */
export const refuseMore = (file: string, requests: number | null, all: number): void => {
  if (requests !== null && requests > all)
    throw new CutoverError('BAD_OPTIONS', `--requests asks for ${requests}, and the trace ${file} has only ${all}`, {
      hint: 'Lower it, or leave it out to replay all of the trace.',
    });
};

/**
 * The load that replays a trace: all of it, unless the command line ends it before. Throws BAD_OPTIONS when it asks for
 * more than there is.
 */
export const replayOf = (
  {file, sha256, timesMs}: Trace,
  {workload, load}: LoadStage,
  {traceSpeed, requests, duration, maxInFlight, warmup}: StageOptions,
): LoadSpec => {
  const speed = traceSpeed ?? 1;
  const turns = requestsOfEach(workload);
  const all = timesMs.length * turns;
  refuseMore(file, requests, all);
  const endMs = (timesMs[0] ?? 0) + (duration ?? Number.POSITIVE_INFINITY) * 1000 * speed;
  const late = timesMs.findIndex(atMs => atMs >= endMs);
  const part = timesMs.subarray(0, late < 0 ? Math.ceil((requests ?? all) / turns) : late);
  // One arrival, or several at once, have no rate of their own.
  const paced = secondsOf(part) > 0 ? part : timesMs;
  return {
    mode: 'open',
    arrivals: 'trace',
    trace: {file, sha256, speed, arrivals: timesMs.length},
    ratePerSecond: Number((((paced.length - 1) / secondsOf(paced)) * speed).toPrecision(6)),
    maxInFlight,
    requests: duration === null ? (requests ?? all) : null,
    durationSeconds: duration,
    warmup: warmup ?? load.warmup,
  };
};
