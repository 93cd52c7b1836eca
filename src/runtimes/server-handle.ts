import type {Role} from '../schema/request.ts';
import type {Part} from '../schema/stack-parts.ts';

/** One server from outside: what a fault of a rehearsal does to it, from the moment that its process, container or thread exists. */
export interface ServerHandle {
  /** Unique in its stack. */
  readonly name: string;
  readonly part: Part;
  /** Whom it serves, or will serve. */
  readonly roles: readonly Role[];
  /** At once, with all its processes, as nothing that can be answered. */
  kill(): Promise<void>;
  /** It keeps its sockets and its memory, and does nothing until `thaw`. */
  freeze(): Promise<void>;
  thaw(): Promise<void>;
  /** The connection to its network; null where it has none of its own. `mend` resolves with where it is reached then. */
  readonly network: {cut(): Promise<void>; mend(): Promise<string>} | null;
  /** Memory that it holds on its machine; null where that is not known. */
  hostMiB(): Promise<number | null>;
  /** As nvidia-smi counts them on the machine of the GPU; empty where they cannot be known. */
  processes(): Promise<readonly number[]>;
  /** What it is killed above, by its container's settings; null where it has no limit of its own. */
  readonly memoryLimitGiB: number | null;
  /** Starts a program of the engine's own Python inside its container; null where the server is no container. */
  readonly runPython: ((program: string, words: readonly string[]) => Promise<void>) | null;
}

/** Told of each server as soon as there is one to strike, while it starts as well. */
export type ServerListener = (handle: ServerHandle) => void;
