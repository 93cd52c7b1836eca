import type {Options} from '../options.ts';
import type {LoadSpec} from '../schema/suite.ts';

export type LoadOptions = Pick<
  Options,
  'concurrency' | 'rate' | 'arrivals' | 'burstiness' | 'maxInFlight' | 'requests' | 'duration' | 'warmup'
>;

type OpenLoad = Extract<LoadSpec, {mode: 'open'}>;
type Amount = Pick<LoadSpec, 'requests' | 'durationSeconds' | 'warmup'>;

const openWith = (open: OpenLoad | null, options: LoadOptions, amount: Amount): OpenLoad => {
  const common = {
    mode: 'open',
    ratePerSecond: options.rate ?? open?.ratePerSecond ?? 1,
    maxInFlight: options.maxInFlight ?? open?.maxInFlight ?? null,
    ...amount,
  } as const;
  if (options.burstiness !== null) return {...common, arrivals: 'gamma', burstiness: options.burstiness};
  if (options.arrivals === null && open !== null) return {...open, ...common};
  // Gamma and trace come with an option of their own.
  return {...common, arrivals: options.arrivals === 'uniform' ? 'uniform' : 'poisson'};
};

/** A load with what the command line changed. */
export const loadWith = (load: LoadSpec, options: LoadOptions): LoadSpec => {
  const amount = {
    requests: options.duration !== null ? null : (options.requests ?? load.requests),
    durationSeconds: options.requests !== null ? null : (options.duration ?? load.durationSeconds),
    warmup: options.warmup ?? load.warmup,
  };
  if (load.mode === 'saturate') return {...load, ...amount, concurrency: options.concurrency ?? load.concurrency};
  if (options.rate !== null || (load.mode === 'open' && options.concurrency === null))
    return openWith(load.mode === 'open' ? load : null, options, amount);
  const concurrency = options.concurrency ?? (load.mode === 'closed' ? load.concurrency : 1);
  return {mode: 'closed', concurrency, ...amount};
};
