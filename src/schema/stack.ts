import {z} from 'zod';
import {nearest} from '../nearest.ts';
import {roles} from './request.ts';
import {graphMistakes} from './stack-graph.ts';
import {parts} from './stack-parts.ts';

/** What may stand behind a flag in a stack file; `true` is a flag without a value. */
const argumentValue = z.union([z.string(), z.number(), z.literal(true)], {
  error: issue =>
    issue.input === false
      ? 'is false: leave the flag out, or name its negative form (for example no-enable-prefix-caching: true)'
      : 'must be a string, a number or true',
});

/** No other fields than these: each that is unknown is a line of the message, with the one that was probably meant. */
const fieldsOf = <S extends z.core.$ZodLooseShape>(shape: S) =>
  z.strictObject(shape, {
    error: issue =>
      issue.code === 'unrecognized_keys'
        ? issue.keys.map(key => unknownField(key, Object.keys(shape))).join('\n')
        : undefined,
  });

const unknownField = (key: string, known: readonly string[]): string => {
  const meant = nearest(key, known);
  return `${key}: no such field${meant === null ? '' : `; did you mean ${meant}?`}`;
};

const variables = z.record(
  z.string(),
  z.string({
    error: ({input}) =>
      typeof input === 'object' && input !== null
        ? 'must be text'
        : `must be text: put it in quotes ("${input ?? ''}")`,
  }),
);

const gpuId = z.string().regex(/^(GPU-|MIG-)[\w-]+$|^\d+$/, "must be a GPU's UUID (nvidia-smi -L) or its index");

/** As Docker's. A path that is not absolute, `~/…` too, is none: nobody would expand it. */
const volumeName = z.string().regex(/^[a-zA-Z0-9][\w.-]+$/, "must be a volume's name");

/**
 * How containers run. Stands in a stack file for all of its servers or for one of them, and in a file under docker/hosts/
 * that says what one Docker host needs; the later one wins field by field, `binds` and `environment` add up.
 */
export const containerSettings = fieldsOf({
  /** In place of the engine's in docker/images.yaml. */
  image: z.string().min(1).optional(),
  /** The words before the engine's arguments, in place of those that the image needs. */
  command: z.array(z.string()).optional(),
  /** Absent: all of them, the way that this Docker engine offers (CDI, else its nvidia support). */
  gpus: z
    .union(
      [
        z.enum(['all', 'none']),
        z.int().min(1),
        z.array(gpuId).min(1),
        /** Names of CDI devices, such as nvidia.com/gpu=0. */
        z.strictObject({cdi: z.array(z.string().min(1)).min(1)}),
        /** Device nodes, `host[:container]`, where Docker knows nothing of the GPU; the driver's files come as `binds`. */
        z.strictObject({devices: z.array(z.string().startsWith('/')).min(1)}),
      ],
      {error: 'must be all, none, a number, a list of indices or UUIDs, {cdi: […]} or {devices: […]}'},
    )
    .optional(),
  shmSizeGiB: z.number().positive().optional(),
  ipc: z.enum(['private', 'shareable', 'host']).optional(),
  memoryGiB: z.number().positive().optional(),
  pidsLimit: z.int().min(1).optional(),
  ulimits: z.record(z.string(), z.int().min(-1)).optional(),
  /** Both paths absolute, the first one on the Docker host, which must have it. */
  binds: z
    .array(z.string().regex(/^\/[^:]*:\/[^:]*(:r[ow])?$/, 'must be /host-path:/container-path[:ro|:rw]'))
    .optional(),
  environment: variables.optional(),
  /** A folder of the Docker host or a volume's name, for what the hub sends. */
  modelCache: z
    .union([z.string().startsWith('/'), volumeName], {error: "must be an absolute path or a volume's name"})
    .optional(),
  /** A volume's name, for what engines compile; removing it makes the next start a cold one. */
  compileCache: volumeName.optional(),
  /** The address of the Docker host that ports are published on; 127.0.0.1 when absent. */
  publish: z.union([z.ipv4(), z.ipv6()], {error: 'must be an IP address of the Docker host'}).optional(),
  /** The server's port there; a free one when absent. */
  hostPort: z.int().min(1).max(65_535).optional(),
});
export type ContainerSettings = z.infer<typeof containerSettings>;

/** What the arithmetic before a start counts with. Measured on a server of this model with these flags: reports/evidence/. */
const memoryNeeds = fieldsOf({
  weightsGiB: z.number().positive(),
  /** Of one token of KV cache, all layers; 0 where the engine keeps none for this model. */
  kvBytesPerToken: z.int().min(0),
  /** CUDA graphs. Absent: not known, and then sums are least ones. */
  graphsGiB: z.number().min(0).optional(),
  /** Activations at their peak while the engine starts, and what libraries keep; without the CUDA context. */
  otherGiB: z.number().min(0).optional(),
});
export type MemoryNeeds = z.infer<typeof memoryNeeds>;

export const stackServer = fieldsOf({
  role: z.enum(roles),
  part: z.enum(parts).default('whole'),
  /** So many of it. Absent: the plan's `ratio` for prefill and decode, its `replicas` for replicas, else 1. */
  count: z.int().min(1).max(64).optional(),
  /** GPUs for each of them, which no other server of the stack gets. Absent: none for a router, 1 for the other parts of several servers. */
  cards: z.int().min(0).max(16).optional(),
  /** In place of GPUs of its own: the machine's GPUs by index, shared with whoever else names them. */
  onCards: z.array(z.int().min(0).max(63)).min(1).optional(),
  /** The parts that must be ready before it starts. Absent: all that stand before it. */
  after: z.array(z.enum(parts)).optional(),
  /** Of a router: which program it is (src/engines/routers/). */
  program: z.string().min(1).optional(),
  /** Model name or folder, as the engine takes it. */
  model: z.string().min(1),
  /** The models of the other roles that this same server answers for, where one server answers for several. */
  also: z.partialRecord(z.enum(roles), z.string().min(1)).optional(),
  /** Of the first one; those that follow have the ports that follow. */
  port: z.int().min(1).max(65_535),
  /** Of the first prefill server, where a decode server asks for what was computed; those that follow have the ports that follow. */
  bootstrapPort: z.int().min(1).max(65_535).optional(),
  /** The engine's own flags without the leading dashes, in the order in which they are passed. */
  arguments: z.record(
    z.string().regex(/^[a-z0-9][a-z0-9-]*$/, 'must be a flag without its leading dashes'),
    argumentValue,
  ),
  environment: variables.default({}),
  docker: containerSettings.default({}),
  memory: memoryNeeds.optional(),
  /** Seconds from start to the first healthy answer before the start is given up. */
  readyWithinSeconds: z.number().positive().default(600),
});

/** One file under docker/stacks/: how an engine's servers are started. */
export const stackPlan = fieldsOf({
  name: z.string().min(1),
  engine: z.string().min(1),
  description: z.string().min(1),
  /** Prefill servers to decode servers, `1:2`. A name such as sglang-pd-1-2 is the file sglang-pd.yaml with this ratio. */
  ratio: z
    .string()
    .regex(/^[1-9]\d?:[1-9]\d?$/, 'must be prefill servers to decode servers, 1 to 99 of each, for example 1:2')
    .optional(),
  /** A name such as sglang-router-random-3 is the file sglang-router-random.yaml with so many. */
  replicas: z.int().min(1).max(64).optional(),
  /** For every server; a server's own fields win. */
  docker: containerSettings.default({}),
  /** In the order in which they are started: SGLang's memory fraction is of what is free at that moment. */
  servers: z.array(stackServer).min(1),
}).superRefine((plan, context) => {
  for (const {index, field, message} of graphMistakes(plan))
    context.addIssue({code: 'custom', path: [...(index === null ? [] : ['servers', index]), field], message});
});

export type StackServer = z.infer<typeof stackServer>;
export type StackPlan = z.infer<typeof stackPlan>;
