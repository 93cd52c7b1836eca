import {CutoverError} from '../../errors.ts';
import type {ShardPlace} from '../../schema/shard.ts';
import type {LoadSpec} from '../../schema/suite.ts';
import type {LoadPlan} from '../run-load.ts';
import {requestShareOf, shareOf, shareOrNull} from '../share-of.ts';

/** Few enough for any cluster, and no load of one machine. */
export const defaultShards = 2;

/** What falls to one shard of a load, of sessions of `each` requests; the warm-up is shard 0's alone. */
export const shareOfLoad = (load: LoadSpec, each: number, place: ShardPlace): LoadSpec => {
  const amount = {
    requests: load.requests === null ? null : requestShareOf(load.requests, each, place),
    warmup: place.index === 0 ? load.warmup : 0,
  };
  if (load.mode !== 'open') return {...load, ...amount, concurrency: shareOf(load.concurrency, place)};
  const {maxInFlight, ratePerSecond} = load;
  return {...load, ...amount, ratePerSecond: ratePerSecond / place.of, maxInFlight: shareOrNull(maxInFlight, place)};
};

interface Unshared {
  readonly name: string;
  /** Of the command line, that raises it. */
  readonly flag: string;
  readonly most: number;
}

/** The most that such a load has in flight, where that is less than one for each of `of` shards. */
export const unsharedOf = (load: LoadSpec, of: number): Unshared | null => {
  const {mode} = load;
  const most = mode === 'open' ? load.maxInFlight : load.concurrency;
  if (most === null || most >= of) return null;
  return {
    most,
    ...(mode === 'open'
      ? {name: 'maxInFlight', flag: '--max-in-flight'}
      : {name: 'concurrency', flag: '--concurrency'}),
  };
};

/** Throws BAD_OPTIONS for a load that has not even one request in flight for each of `of` shards: the sessions of the others would never be sent. */
export const refuseUnshared = ({load}: Pick<LoadPlan, 'load'>, of: number): void => {
  const found = unsharedOf(load, of);
  if (found === null) return;
  const {name, flag, most} = found;
  throw new CutoverError('BAD_OPTIONS', `A load with a ${name} of ${most} has nothing to do for ${of} shards`, {
    hint: `Use ${most === 1 ? 'one shard' : `${most} shards or fewer`}, or raise ${flag} to ${of} or more.`,
  });
};

/** Throws BAD_OPTIONS for a load whose prompts stand in a file of this machine: all else of a plan travels with its words. */
export const refuseFileOfHere = ({measured}: Pick<LoadPlan, 'measured'>): void => {
  if (measured.workload.kind !== 'trace') return;
  throw new CutoverError(
    'BAD_OPTIONS',
    `The prompts of this load stand in ${measured.trace?.path ?? 'a trace file'}, which other machines do not have`,
    {
      hint: 'Run suite chat with --trace <file>: its arrival times travel. To replay its prompts too, put the file on every machine and run bench --shard 1/2, 2/2 … there.',
    },
  );
};
