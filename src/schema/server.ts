import {z} from 'zod';
import {kubernetesServer} from './kubernetes.ts';
import {roles} from './request.ts';
import {parts} from './stack-parts.ts';

/** The image that a server ran from. */
const serverContainer = z.object({
  /** As it was named. */
  image: z.string(),
  /** Of the registry's manifest, `sha256:…`; null for an image that never was in a registry. */
  digest: z.string().nullable(),
  /** Docker's own, of the image's configuration; in a cluster what the node tells of it. */
  imageId: z.string(),
});
export type ServerContainer = z.infer<typeof serverContainer>;

/** What a start took, in seconds; what did not happen or is not told is null. Together these are costs of a migration. */
const serverStartup = z.object({
  /** Of the image; 0 when it was there. */
  pullSeconds: z.number().nullable(),
  /** Of the container, until its process ran. */
  createSeconds: z.number().nullable(),
  /** Weights, compilation and CUDA graphs by the engine's own words. */
  loadSeconds: z.number().nullable(),
  compileSeconds: z.number().nullable(),
  graphsSeconds: z.number().nullable(),
  /** 'empty': nothing that an engine had compiled before could be used; 'used': there was a cache; null: not known. */
  compileCache: z.enum(['empty', 'used']).nullable(),
});
export type ServerStartup = z.infer<typeof serverStartup>;

/** Where a server's GPU memory goes. Parts by the engine's log, the whole by nvidia-smi; null where neither tells. */
const serverMemory = z.object({
  weightsMiB: z.number().nullable(),
  /** What is reserved for KV cache, whether requests use it or not. */
  kvPoolMiB: z.number().nullable(),
  graphsMiB: z.number().nullable(),
  /** The whole without those of the three above that are told: CUDA context, activations, what the allocator keeps. */
  otherMiB: z.number().nullable(),
  /** Of all of the server's processes when it was ready. */
  processMiB: z.number().nullable(),
  kvTokens: z.int().nullable(),
});
export type ServerMemory = z.infer<typeof serverMemory>;

const serverFacts = z.object({
  version: z.string().nullable(),
  model: z.string().nullable(),
  contextTokens: z.number().nullable(),
  kvTokens: z.number().nullable(),
  pageTokens: z.number().nullable().default(null),
  reportsCachedTokens: z.boolean().nullable(),
});

/** One of the servers that together answer for a role, the router too. */
const serverMember = z.object({
  /** Unique in the stack: its part and its number, `decode-2`; a router's part alone. */
  name: z.string(),
  part: z.enum(parts),
  url: z.string(),
  model: z.string(),
  /** The machine's GPUs by index; empty where it has none. */
  cards: z.array(z.int()),
  command: z.array(z.string()).nullable(),
  readySeconds: z.number().nullable(),
  container: serverContainer.nullable(),
  startup: serverStartup.nullable(),
  memory: serverMemory.nullable(),
  facts: serverFacts,
});
export type ServerMember = z.infer<typeof serverMember>;

/** One of the stack's servers, as it was measured. */
export const server = z.object({
  role: z.enum(roles),
  url: z.string(),
  model: z.string(),
  command: z.array(z.string()).nullable(),
  readySeconds: z.number().nullable(),
  container: serverContainer.nullable().default(null),
  startup: serverStartup.nullable().default(null),
  memory: serverMemory.nullable().default(null),
  facts: serverFacts,
  /** Where several servers answer for the role: all of them, in the order in which they were started. `url` is the router's then. */
  members: z.array(serverMember).optional(),
  /** Where it is a service of a Kubernetes cluster. */
  kubernetes: kubernetesServer.optional(),
});
