import {z} from 'zod';

/** Of requests that cost the server next to nothing, one after another. */
const roundTrips = z.object({
  n: z.int().min(1),
  p50Ms: z.number(),
  /** Null below the count that certifies it. */
  p99Ms: z.number().nullable(),
});
export type RoundTrips = z.infer<typeof roundTrips>;

/** The machine of a pod; null where it does not tell, or this user may not read nodes. */
const podNode = z.object({
  name: z.string(),
  kernel: z.string().nullable(),
  cpus: z.number().nullable(),
  memoryMiB: z.number().nullable(),
  /** As the GPU operator labels the node. */
  gpuProduct: z.string().nullable(),
  gpuMemoryMiB: z.number().nullable(),
  gpus: z.int().nullable(),
});

/** What the cluster said of a pod, such as `Warning BackOff`. */
const podEvent = z.object({
  type: z.string(),
  reason: z.string(),
  message: z.string(),
  count: z.int(),
  lastAt: z.string().nullable(),
});
export type PodEvent = z.infer<typeof podEvent>;

const pod = z.object({
  name: z.string(),
  uid: z.string(),
  /** Whose port the service leads to. */
  container: z.string(),
  ip: z.string().nullable(),
  restarts: z.int(),
  startedAt: z.string().nullable(),
  /** That the container asks the node for. */
  gpusAsked: z.int().nullable(),
  node: podNode.nullable(),
  /** Until it was attached to, oldest first. */
  events: z.array(podEvent),
});
export type Pod = z.infer<typeof pod>;

/** Where a server that was attached to lives, and what the way there costs. */
export const kubernetesServer = z.object({
  namespace: z.string(),
  service: z.string(),
  port: z.int(),
  /** Where it is reached from inside the cluster. */
  insideUrl: z.string(),
  /** All that were ready when it was attached to, of which requests go to the first alone; then each that took its place. */
  pods: z.array(pod),
  /** The port-forward, measured when the stack came up; each is the whole round trip, the server's part in it. */
  forward: z.object({
    kept: roundTrips,
    /** Each on a connection of its own, its opening included. */
    anew: roundTrips,
    /** The same request on a kept connection from inside the pod; null where it has no curl. */
    inside: roundTrips.nullable(),
  }),
});
export type KubernetesServer = z.infer<typeof kubernetesServer>;
