import {z} from 'zod';
import {type EngineName, engines} from '../../engines/index.ts';
import {issueSentences} from '../../issue-sentence.ts';
import {rehearsalPlan} from '../../schema/rehearsal-plan.ts';
import {roles} from '../../schema/request.ts';
import {clockOffset, shardPlace} from '../../schema/shard.ts';
import {loadSpec} from '../../schema/suite.ts';
import {workloadSpec} from '../../schema/workload.ts';
import type {ShardOrder} from './shard-host.ts';

// What a plan has besides is as whoever made it had it: the same version of cutover, as the image says.
const sessions = z.looseObject({workload: workloadSpec, seed: z.number(), idPrefix: z.string()});
const plan = z.looseObject({
  trial: z.int(),
  engine: z.enum(Object.keys(engines) as EngineName[]),
  endpoint: z.looseObject({role: z.enum(roles), url: z.url(), model: z.string()}),
  load: loadSpec,
  warmup: sessions,
  measured: sessions,
  timeoutMs: z.number().positive(),
});
const placeOfMany = shardPlace.refine(({index, of}) => index < of, 'is no shard of so many');
const shard = z.looseObject({
  plan,
  place: placeOfMany,
  workers: z.union([z.int().min(1), z.literal('auto')]),
});

const continuous = z.looseObject({
  url: z.url(),
  parts: rehearsalPlan.shape.load,
  seed: z.number(),
  sitting: z.int().min(1),
  idPrefix: z.string(),
  timeoutMs: z.number().positive(),
  streams: z.boolean(),
  token: z.string().optional(),
  place: placeOfMany,
  silentMs: z.number().positive(),
});

const load = z.int().min(0);
const order = z.discriminatedUnion('kind', [
  z.strictObject({kind: z.literal('prepare'), load, shard}),
  z.strictObject({kind: z.literal('start'), load, atMs: z.number(), clock: clockOffset}),
  z.strictObject({kind: z.literal('prepare-continuous'), load, shard: continuous}),
  z.strictObject({kind: z.literal('begin'), load, atMachineMs: z.number()}),
  z.strictObject({kind: z.literal('stop'), load}),
  z.strictObject({kind: z.literal('alive')}),
  z.strictObject({kind: z.literal('abort'), load}),
  z.strictObject({kind: z.literal('forget'), load}),
]);

/** An order, or why it is none; with the load that it is about, where that can be told. */
export type ReadOrder =
  | {readonly order: ShardOrder}
  | {readonly order: null; readonly load: number | null; readonly reason: string};

/** What stands in `text`, a JSON object. */
export const readOrder = (text: string): ReadOrder => {
  let told: unknown;
  try {
    told = JSON.parse(text);
  } catch {
    return {order: null, load: null, reason: 'an order must be a JSON object'};
  }
  const {success, data, error} = order.safeParse(told);
  if (success) return {order: data as unknown as ShardOrder};
  const about = z.looseObject({load}).safeParse(told);
  return {order: null, load: about.data?.load ?? null, reason: issueSentences(error)};
};
