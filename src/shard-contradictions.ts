import {suites} from '../suites/index.ts';
import type {Options} from './options.ts';
import type {Stage} from './schema/suite.ts';

/** Why a stage cannot be put on by machines that do not talk with each other, and what can; null where it can. */
const whyNot = (stage: Stage): string | null => {
  if ('sweep' in stage)
    return 'is a sweep, whose levels follow from what all shards measured together. Run it from one machine, or with --load-on k8s';
  if ('together' in stage) return 'has loads that run at the same time. Run it from one machine';
  if ('disturb' in stage) return 'does something to the server in the middle of a load. Run it from one machine';
  if ('examine' in stage) return 'asks each question once. Run it from one machine';
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
    if (why !== undefined) clash(true, `--shard does not go with ${name}, which ${why}`);
  }
};
