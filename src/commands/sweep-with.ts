import type {Options} from '../options.ts';
import type {SweepSpec} from '../schema/suite.ts';

export type SweepOptions = Pick<Options, 'slo' | 'levels'>;

/** A sweep with what the command line changed. */
export const sweepWith = (sweep: SweepSpec, {slo, levels}: SweepOptions): SweepSpec => {
  const between = {...sweep, ...levels};
  return between.over === 'rate' ? {...between, slo: slo ?? between.slo} : between;
};
