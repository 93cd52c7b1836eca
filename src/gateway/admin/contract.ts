import {z} from 'zod';
import {type Arm, arms} from '../../schema/block.ts';
import {evidence} from '../../schema/finding.ts';
import {type GatewayLine, gatewayLine} from '../../schema/journal.ts';
import {type Route, route} from '../../schema/rehearsal.ts';
import {roles} from '../../schema/request.ts';
import {server} from '../../schema/server.ts';

/** What the gateway's admin listener takes and answers (docs/gateway.md). Every stamp is ms of the machine's monotonic clock. */

const ms = z.number();

/** No path, name or query: a request has its own path, and the rest would be dropped in silence. */
const isOrigin = (url: string) => /^https?:\/\/[^/?#@\s]+$/.test(url) && URL.canParse(url);

/** Where one role is served: all that the gateway needs of a stack's server. */
const targetEndpoint = server
  .pick({url: true, model: true, facts: true})
  .extend({url: z.string().refine(isOrigin, 'is no origin, such as http://127.0.0.1:8000')});

/** Body of `PUT /targets/baseline|candidate`: a stack that requests may be sent to. */
export const target = z.strictObject({
  /** A name of engines/index.ts. */
  engine: z.string(),
  evidence,
  /** Roles without a server are answered with 501. */
  endpoints: z.partialRecord(z.enum(roles), targetEndpoint),
});
export type Target = z.infer<typeof target>;

/** Answer of `PUT /route`: a request that is taken after `atMs` goes by this route. */
export const routed = z.strictObject({atMs: ms, route});
type Routed = z.infer<typeof routed>;

const targetState = z.strictObject({
  /** Requests there at the moment, copies of `mirrorShare` included. */
  inFlight: z.int().min(0),
  /** Age of the oldest of them that has not had a byte of its answer; null where none waits. */
  oldestSilentMs: ms.nullable(),
  /** Requests that were ever sent there. */
  asked: z.int().min(0),
});
export type TargetState = z.infer<typeof targetState>;

/** Answer of `GET /state`. */
export const gatewayState = z.strictObject({
  route,
  atMs: ms,
  /** Of the last line of the journal; 0 where there is none. */
  seq: z.int().min(0),
  /** Absent where there is none of that name. */
  targets: z.partialRecord(z.enum(arms), targetState),
});
export type GatewayState = z.infer<typeof gatewayState>;

/** Most lines of one answer of `GET /recent?after=SEQ`; those of the last 60 s are kept. */
export const maxRecent = 10_000;
export const recentLines = z.array(gatewayLine).max(maxRecent);

/** Body of `POST /drain/baseline|candidate`. */
export const drainOrder = z.strictObject({withinMs: z.number().min(0).max(3_600_000)});
/** Its answer: what is still there when there is nothing more, or the time is up. */
export const drained = z.strictObject({inFlight: z.int().min(0)});
export type Drained = z.infer<typeof drained>;

/** The admin listener as its callers see it; `openAdmin(url)` in client.ts. Rejects with AdminRefused, and with TRIAL_FAILED where nothing answers. */
export interface GatewayAdmin {
  putTarget(arm: Arm, asked: Target): Promise<void>;
  /** Refused (409) while it has requests, or the route names it. */
  removeTarget(arm: Arm): Promise<void>;
  /** Refused (409) where a named target is missing. In-flight requests stay where they are. */
  putRoute(asked: Route): Promise<Routed>;
  state(): Promise<GatewayState>;
  /** Lines with a `seq` over `after`, the oldest first. */
  recent(after: number): Promise<GatewayLine[]>;
  /** Resolves when the target has no requests, or the time is up. It does not change the route. */
  drain(arm: Arm, withinMs: number): Promise<Drained>;
}
