import type {ShardPlace} from '../schema/shard.ts';

/** All of a load. */
export const whole: ShardPlace = {index: 0, of: 1};

/** How many of `count` fall to one of several when they are dealt out in turn. */
export const shareOf = (count: number, {index, of}: ShardPlace): number => Math.floor((count - index + of - 1) / of);

/** As `shareOf`, of a number that may be without limit. */
export const shareOrNull = (count: number | null, place: ShardPlace): number | null =>
  count === null ? null : shareOf(count, place);

/** How many of the first `requests` requests are of the sessions that fall to one of several; each session has `each` of them. */
export const requestShareOf = (requests: number, each: number, place: ShardPlace): number => {
  const whole = Math.floor(requests / each);
  return shareOf(whole, place) * each + (whole % place.of === place.index ? requests % each : 0);
};
