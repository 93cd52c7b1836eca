import type {Endpoint, Engine} from '../engines/engine.ts';
import type {Role} from '../schema/request.ts';

export const runtimeNames = ['embedded', 'attach', 'process'] as const;
export type RuntimeName = (typeof runtimeNames)[number];

/** One server of a running stack, as the record keeps it. */
export interface RunningServer extends Endpoint {
  /** The command line it was started with; null for one that already served. */
  readonly command: readonly string[] | null;
  /** Seconds from start to the first healthy answer; null for one that already served. */
  readonly readySeconds: number | null;
}

/** A stack that serves. Disposing it stops what it started and nothing else. */
export interface Stack extends AsyncDisposable {
  readonly engine: Engine;
  readonly runtime: RuntimeName;
  /** 'simulated' as soon as any server is, whatever the user called it. */
  readonly evidence: 'simulated' | 'real';
  readonly servers: readonly RunningServer[];
  /** Aborted with a CutoverError (ENGINE_DIED) when a server dies while it should serve. */
  readonly died: AbortSignal;
  /** Throws BAD_OPTIONS when the stack has no server for the role. */
  endpoint(role: Role): Endpoint;
}

/** What a runtime reports while it brings a stack up. */
export type BringUpListener = (line: string) => void;
