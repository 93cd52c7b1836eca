import {suites} from '../suites/index.ts';
import {loadWith} from './commands/load-with.ts';
import {unsharedOf} from './load/shards/share-of-load.ts';
import type {Options} from './options.ts';
import {loadsOf} from './schema/stage.ts';
import type {LoadSpec, Stage} from './schema/suite.ts';

/** Why a stage cannot be put on by machines that do not talk with each other, and what can; null where it can. */
const whyNot = (stage: Stage): string | null => {
  if ('sweep' in stage)
    return 'is a sweep, whose levels follow from what all shards measured together. Run it from one machine, or with --load-on k8s';
  if ('together' in stage) return 'has loads that run at the same time. Run it from one machine';
  if ('disturb' in stage) return 'does something to the server in the middle of a load. Run it from one machine';
  if ('examine' in stage) return 'asks each question once. Run it from one machine';
  return null;
};

/** The loads of a stage as they will be put on; of a sweep its first level, of which all others have more. */
const loadsAsRun = (stage: Stage, options: Options): readonly LoadSpec[] =>
  loadsOf(stage).map(({load: given}) => {
    const load = loadWith(given, options.trace === null ? options : {...options, rate: options.rate ?? 1});
    const isLevel = 'sweep' in stage && stage.sweep.over === 'concurrency' && load.mode !== 'open';
    return isLevel ? {...load, concurrency: options.levels?.from ?? stage.sweep.from} : load;
  });

/** Why so many shards are more than some load of these stages has something to do for, and what helps; null where they are not. */
export const tooManyShards = (of: number, stages: readonly Stage[], options: Options): string | null => {
  for (const stage of stages)
    for (const load of loadsAsRun(stage, options)) {
      const few = unsharedOf(load, of);
      if (few === null) continue;
      const raise =
        'sweep' in stage ? `begin with --levels ${of}-…` : `raise ${few.flag} to ${of} where it is an option`;
      return `has a load with a ${few.name} of ${few.most}: nothing to do for ${of} shards. Use ${few.most === 1 ? 'one' : `${few.most} or fewer`}, or ${raise}`;
    }
  return null;
};

/** Options of a shard that is started by hand. */
export const shardClashes = (options: Options, clash: (when: boolean, sentence: string) => void): void => {
  const {shard, startAt, every, attach, loadOn, suite} = options;
  for (const [name, value] of [
    ['--start-at', startAt],
    ['--every', every],
  ] as const)
    clash(shard === null && value !== null, `${name} is for the shards of a load. Add --shard 1/2, or leave it out`);
  if (shard === null) return;
  clash(
    startAt === null,
    '--shard has no time at which all shards start. Add --start-at <time>, the same on every machine',
  );
  clash(
    attach.length === 0,
    '--shard puts load on a server that the other shards load too. Add --attach <URL>, the same server on every machine',
  );
  clash(
    loadOn !== 'here',
    `--shard is for machines that are started by hand, and --load-on ${loadOn} cuts the load itself. Leave one out; the number of pods is --shards`,
  );
  for (const name of suite) {
    const why = suites[name].stages.map(whyNot).find(found => found !== null);
    const few = why === undefined ? tooManyShards(shard.of, suites[name].stages, options) : null;
    if (few !== null) clash(true, `--shard: ${name} ${few}`);
    if (why !== undefined) clash(true, `--shard does not go with ${name}, which ${why}`);
  }
};
