import {z} from 'zod';
import {evidence, finding} from '../schema/finding.ts';
import {roles} from '../schema/request.ts';
import {server} from '../schema/server.ts';

const keeperStatuses = ['starting', 'serving', 'stopped', 'failed', 'died'] as const;

/** GET /state. */
export const keeperState = z.strictObject({
  /** 'failed': it never served; 'died': it did, and a server ended by itself. */
  status: z.enum(keeperStatuses),
  /** Why it failed or died; null otherwise. */
  failure: z
    .strictObject({
      code: z.string(),
      message: z.string(),
      hint: z.string().nullable(),
      logTail: z.array(z.string()),
      /** When the keeper knew of it. */
      atMs: z.number(),
    })
    .nullable(),
  engine: z.string(),
  /** The plan's name; null where nothing is started from one. */
  stack: z.string().nullable(),
  runtime: z.string(),
  /** Null until it is known: while it starts. */
  evidence: evidence.nullable(),
  /** As a record has them; empty until they serve. Their URLs are the relays' where there are any. */
  servers: z.array(server),
  /** What it said last, oldest first; at most 20. */
  lines: z.array(z.string()),
});
export type KeeperState = z.infer<typeof keeperState>;

/** GET /memory. */
export const keeperMemory = z.strictObject({
  /** Of the machine's monotonic clock. */
  atMs: z.number(),
  /** All processes of the stack on the GPU; null where it cannot be known. */
  vramMiB: z.number().nullable(),
  /** Resident, or the containers'; null where it cannot be known. */
  hostMiB: z.number().nullable(),
  /** True: `vramMiB` is what the simulated engine says that it would take. */
  simulated: z.boolean(),
});
export type KeeperMemory = z.infer<typeof keeperMemory>;

/** GET /processes: as nvidia-smi counts them on the machine of the GPU. */
export const keeperProcesses = z.array(z.int());

const strikeActs = ['kill', 'freeze', 'thaw', 'cut', 'mend', 'leak', 'fill-memory'] as const;
export type StrikeAct = (typeof strikeActs)[number];

/** POST /strike: done to the servers of the stack, while they start as well as while they serve. */
export const strikeBody = z.strictObject({
  act: z.enum(strikeActs),
  /** Every server when it is left out. */
  role: z.enum(roles).optional(),
  /** Of `leak`. */
  mibPerSecond: z.number().positive().max(100_000).default(64),
});
export type Strike = z.input<typeof strikeBody>;

/** POST /relay: what the relays in front of the servers do from now on. */
export const relayMode = z.discriminatedUnion('mode', [
  z.strictObject({mode: z.literal('pass')}),
  /** Of every `everySeconds`, requests of the first `burstSeconds` are answered with 500 and never sent on. */
  z.strictObject({
    mode: z.literal('errors'),
    everySeconds: z.number().positive().max(3600).default(2),
    burstSeconds: z.number().positive().max(3600).default(1),
  }),
  /** Vectors and scores get other numbers, chat other words, streamed or not. */
  z.strictObject({mode: z.literal('wrong')}),
  /** Every reply begins so much later: `factor` 3 is three times as late as it would have been. */
  z.strictObject({
    mode: z.literal('slow'),
    delayMs: z.number().min(0).max(600_000).default(0),
    factor: z.number().min(1).max(1000).default(1),
  }),
  /** No byte goes either way, and nobody is told; connections are taken and never answered. `pass` mends it. */
  z.strictObject({mode: z.literal('cut')}),
]);
export type RelayMode = z.infer<typeof relayMode>;
export type RelayOrder = z.input<typeof relayMode>;

/** What a strike or the relay answers: when it was done. */
export const done = z.strictObject({atMs: z.number(), text: z.string()});
export type Done = z.infer<typeof done>;

/** POST /stop: what was found when the stack had stopped; the keeper then ends. */
export const stopped = z.strictObject({findings: z.array(finding)});
export type Stopped = z.infer<typeof stopped>;

/** The body of every answer that is not 200: 409 where an act is not possible here, 400 where the question is malformed. */
export const keeperRefusal = z.strictObject({error: z.strictObject({code: z.string(), message: z.string()})});
