import type {StackServer} from '../../schema/stack.ts';
import type {Part} from '../../schema/stack-parts.ts';
import type {DeathSign, Fetchable, Reply} from '../engine.ts';

/** A server that a router passes requests on to. */
export interface Worker {
  readonly name: string;
  readonly part: Part;
  /** As the router reaches it. */
  readonly url: string;
  /** Of a prefill server; null elsewhere. */
  readonly bootstrapPort: number | null;
}

/** Everything cutover knows of one router program, as data and pure functions. Adding one is one file and one line in index.ts. */
export interface Router {
  readonly name: string;
  readonly title: string;
  /** The words before the arguments. `python` is the interpreter to use. */
  launcher(python: string): readonly string[];
  /** Host, port, the workers and the plan's own flags. */
  arguments(
    router: Pick<StackServer, 'port' | 'arguments' | 'model'>,
    host: string,
    workers: readonly Worker[],
  ): readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** Ready when it would pass a request on to any of its workers, of which there are `workers`. */
  readonly health: Fetchable & {ready(reply: Reply, workers: number): boolean};
  /** Seconds that it may take to stop after SIGTERM. */
  readonly graceSeconds: number;
  readonly deathSigns: readonly DeathSign[];
  /** The header by which it keeps a session with one worker, under these flags; null where it goes by none. */
  sessionHeader(flags: StackServer['arguments']): string | null;
}
