import {once} from './flag.ts';
import {Mistake, numeric, type ReadValue} from './option-values.ts';
import type {ShardPlace} from './schema/shard.ts';

const mostShards = 10_000;

/** `2/8`, counted from 1. */
const shard: ReadValue<ShardPlace> = given => {
  const [, index, of] = (/^(\d{1,6})\/(\d{1,6})$/.exec(given) ?? []).map(Number);
  if (index === undefined || of === undefined || of < 1 || of > mostShards)
    throw new Mistake(
      `must be a shard and how many there are, up to ${mostShards}, got ${JSON.stringify(given)}`,
      'Write --shard 1/8 on the first of eight machines, --shard 8/8 on the last',
    );
  if (index < 1 || index > of)
    throw new Mistake(
      `is ${given}, and there is no shard ${index} of ${of}`,
      of === 1 ? 'Write --shard 1/1' : `They are counted from 1: write --shard 1/${of} to --shard ${of}/${of}`,
    );
  return {index: index - 1, of};
};

/** A date with its zone, in ms since 1970. */
const moment: ReadValue<number> = given => {
  const complete = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d)$/.test(given);
  const ms = complete ? Date.parse(given) : Number.NaN;
  if (Number.isNaN(ms))
    throw new Mistake(
      `must be a date and a time with its zone, got ${JSON.stringify(given)}`,
      'Write for example --start-at 2026-11-22T13:00:00Z',
    );
  return ms;
};

/** Of a load that several machines put on together, each started by hand: the same command on each, but for --shard. */
export const shardFlags = {
  shard: once('i/n', shard, {
    help: 'Put on the share i of n of each load, from this machine; the same command with the other shares runs on others. npm run merge joins their folders. Shard 1 empties the caches and warms up',
  }),
  startAt: once('time', moment, {
    help: "With --shard: when the first trial starts on all machines, by the clock of the server's Date header: 2026-11-22T13:00:00Z. Leave time to get ready",
  }),
  every: once('seconds', numeric({min: 10, max: 86_400, example: '--every 120'}), {
    help: 'With --shard, and more than one trial: so long after one the next one starts',
  }),
} as const;
