import {z} from 'zod';
import {begunRun} from './begun-run.ts';
import {examination} from './examination.ts';
import {finding} from './finding.ts';
import {roles} from './request.ts';
import {server} from './server.ts';
import {sweep} from './sweep.ts';
import {trial} from './trial.ts';
import {schemaVersion} from './version.ts';

/** How prompts were cut to a number of tokens. */
const tokenLengths = z.object({
  role: z.enum(roles),
  /** 'server': by its /tokenize; 'tokenizer': by a local tokenizer.json; 'estimate': by an average over models. */
  from: z.enum(['server', 'tokenizer', 'estimate']),
  charactersPerToken: z.number().positive(),
  /** What a request, or a text of an encoder, has beyond its characters at this ratio. */
  fixedTokens: z.int().default(0),
  tokenizer: z.object({file: z.string(), sha256: z.string()}).nullable(),
});
export type TokenLengths = z.infer<typeof tokenLengths>;

export const machine = z.object({
  hostname: z.string(),
  os: z.string(),
  cpu: z.string(),
  cores: z.int(),
  memoryGiB: z.number(),
  node: z.string(),
  loadAverage: z.number(),
  /** `memoryMiB` is null where the GPU has no memory of its own and nvidia-smi shows [N/A]. */
  gpus: z.array(z.object({name: z.string(), uuid: z.string(), memoryMiB: z.number().nullable(), driver: z.string()})),
});
export type Machine = z.infer<typeof machine>;

/** The GPUs' memory around a whole run, all cards together; of a side of a decision without what the other side's servers hold. */
const runGpu = z.object({
  /** MiB in use before the first server was started. */
  beforeMiB: z.number(),
  /** When the last server had stopped; null when it was not asked. */
  afterStopMiB: z.number().nullable(),
});
export type RunGpu = z.infer<typeof runGpu>;

export const runRecord = z.object({
  schemaVersion: z.literal(schemaVersion),
  runId: z.string(),
  ...begunRun,
  engine: z.object({
    name: z.string(),
    title: z.string(),
    version: z.string().nullable(),
    runtime: z.string(),
    stack: z.string().nullable(),
    servers: z.array(server),
  }),
  machine,
  suites: z.array(z.string()),
  seed: z.int(),
  /** sha256 over the data hashes of the trials and then the examinations, in order. */
  dataHash: z.string(),
  /**
   * What a request costs this client against a server that does nothing, on this machine, right after the trials. That
   * server runs in the client's thread: its part is in the latencies, and not in the CPU. Null in a run that is not complete.
   */
  clientOverhead: z
    .object({cpuMsPerRequest: z.number(), latencyP50Ms: z.number(), latencyP99Ms: z.number().nullable(), n: z.int()})
    .nullable(),
  gpu: runGpu.nullable().default(null),
  tokenLengths: z.array(tokenLengths).default([]),
  sweeps: z.array(sweep).default([]),
  examinations: z.array(examination).default([]),
  /** About the run as a whole. */
  findings: z.array(finding).default([]),
  trials: z.array(trial),
});
export type RunRecord = z.infer<typeof runRecord>;
