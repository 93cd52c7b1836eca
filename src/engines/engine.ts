import type {ChatMessage, Role, WorkloadRequest} from '../schema/request.ts';
import type {StackServer} from '../schema/stack.ts';
import type {Part} from '../schema/stack-parts.ts';
import type {Serving} from './serving.ts';
import type {Weights} from './weights.ts';

/** A parsed HTTP exchange, as engines judge it. */
export interface Reply {
  readonly status: number;
  readonly body: string;
}

/** Token counts of one request, as the server told them; null where it did not. */
export interface Usage {
  readonly promptTokens: number | null;
  readonly outputTokens: number | null;
  readonly cachedPromptTokens: number | null;
}

/** What an embed or rerank reply held. `problem` says why it is not an answer to the request. */
export interface WholeReply {
  readonly usage: Usage;
  /** Vectors or scores in the reply. */
  readonly items: number;
  readonly problem: string | null;
}

/** What a server says of itself, null where it does not. */
export interface ServerFacts {
  readonly version: string | null;
  readonly model: string | null;
  /** Where one server answers for several roles, each with a model of its own. */
  readonly models?: Readonly<Partial<Record<Role, string>>>;
  readonly contextTokens: number | null;
  /** The size of the KV pool. */
  readonly kvTokens: number | null;
  /** Tokens of one page (vLLM: block) of the pool: prefix caches share whole pages. */
  readonly pageTokens: number | null;
  /** Whether usage tells cached prompt tokens; null when it cannot be known beforehand. */
  readonly reportsCachedTokens: boolean | null;
}

/** Counters and gauges of one /metrics page, summed over labels; null where the page lacks them. */
export interface MetricsReading {
  readonly runningRequests: number | null;
  readonly waitingRequests: number | null;
  /** 0…1 */
  readonly kvUsage: number | null;
  readonly promptTokensTotal: number | null;
  readonly generationTokensTotal: number | null;
  /** Prompt tokens looked up in the prefix cache and found there. */
  readonly prefixQueriesTotal: number | null;
  readonly prefixHitsTotal: number | null;
}

/** What a prefill server has sent to decode servers since its start: transfers of KV cache that ended well. */
export interface KvTransfers {
  readonly count: number;
  /** All of them, one after another, waiting for the receiver included. */
  readonly totalMs: number;
  /** Null where it does not tell. */
  readonly totalMib: number | null;
}

/** How a dead server's last lines are turned into a reason and a fix. */
export interface DeathSign {
  readonly pattern: RegExp;
  readonly reason: string;
  readonly fix: string;
}

export interface Fetchable {
  readonly method: 'GET' | 'POST';
  readonly path: string;
}

/** Where a server is in its start, in this order; not every start passes all of them. */
export type StartStage = 'load' | 'compile' | 'kv-pool' | 'graphs' | 'warm-up';

/** What the log of a start tells; null where it does not. */
export interface StartupFacts {
  /** In the engine's own words. */
  readonly seconds: {readonly load: number | null; readonly compile: number | null; readonly graphs: number | null};
  readonly memoryMiB: {
    readonly weights: number | null;
    readonly kvPool: number | null;
    readonly graphs: number | null;
    /** At their peak while the engine measured itself. */
    readonly activations: number | null;
  };
  readonly kvTokens: number | null;
}

/** A card as it is before one server starts, in GiB as CUDA counts them. */
export interface CardMemory {
  readonly totalGiB: number;
  readonly freeGiB: number;
}

/** How one server will divide a card, by its flags and its model. */
export interface MemoryPlan {
  /** What the server will have taken when it serves, CUDA context and graphs included; the least, where a need is not known. */
  readonly takesGiB: number;
  /** Null where the model's needs are not known, or it keeps no KV cache. */
  readonly kvPoolGiB: number | null;
  readonly kvTokens: number | null;
  /** The sum as one line, for example `0.90 x 79.2 = 71.3 GiB: weights 3.0 + KV 67.5 + other 0.8`. */
  readonly arithmetic: string;
  /** Why it cannot work, and what to change; null when nothing says so. */
  readonly problem: {readonly reason: string; readonly fix: string} | null;
}

/**
 * Everything cutover knows of one engine, as data and pure functions: no I/O, no clock.
 * Adding an engine is one file with one of these and one line in index.ts.
 */
export interface Engine {
  readonly name: string;
  readonly title: string;
  /** True only for the simulated engine: what it answers is never evidence about a real one. */
  readonly simulated: boolean;
  /** Whose API the embedded simulation speaks when it stands in for this engine; null where it cannot. */
  readonly simulatorDialect: 'vllm' | 'sglang' | null;
  readonly defaultPort: number;

  /** Null where cutover cannot start this engine itself. */
  readonly launch: {
    /** The plan under docker/stacks/ that is started when the user names none. */
    readonly defaultStack: string;
    /** The words before the arguments, when the user names no other command. `python` is the interpreter to use. */
    launcher(python: string): readonly string[];
    /** Model, host, port, the plan's own flags and those that measuring needs where the plan does not say otherwise. */
    arguments(server: StackServer, host: string): readonly string[];
    /** What measuring needs; the plan's own variables go on top. */
    environment(server: StackServer): Readonly<Record<string, string>>;
    /** Seconds that the engine may take to stop after SIGTERM. */
    readonly graceSeconds: number;
    readonly deathSigns: readonly DeathSign[];
    /** What its image under docker/images.yaml needs. */
    readonly container: {
      /** The words before the arguments; null where the image's own entry point takes them. */
      readonly command: readonly string[] | null;
      /** Where the server keeps what it downloads and compiles: the parent of `huggingface`. */
      readonly cacheFolder: string;
      /** Puts every cache below that folder, so that one volume holds them all. */
      readonly environment: Readonly<Record<string, string>>;
    };
    /** The stage that this line of its log belongs to the beginning of; null for other lines. Several lines may say the same. */
    stageOf(line: string): StartStage | null;
    readStartup(lines: readonly string[]): StartupFacts;
    planMemory(server: StackServer, card: CardMemory): MemoryPlan;
    /** Flags that give this server's KV pool a size in tokens, whatever else it says. */
    kvTokensFlags(tokens: number, server: StackServer): StackServer['arguments'];
    /** The flag for the tokens of one page of the KV pool, and what their number must be a multiple of. */
    readonly pageSize: {readonly flag: string; readonly multipleOf: number};
  } | null;

  readonly health: Fetchable & {ready(reply: Reply): boolean};
  /** GETs whose bodies `readFacts` is given, by path; a path that answered 400 or more is absent. */
  readonly factPaths: readonly string[];
  readFacts(bodies: Readonly<Record<string, string>>): ServerFacts;
  /** Whether those bodies leave it open that nothing real is behind it; absent where each reply says so of itself. */
  simulatedBehind?(bodies: Readonly<Record<string, string>>): boolean;

  path(kind: WorkloadRequest['kind']): string;
  /** Whether chat is answered as a stream; where not, as one whole reply. */
  readonly streams: boolean;
  /** How the service on :3001 asks this engine; null where it is such a service itself. */
  readonly serving: Serving | null;
  /** The JSON body for a request. Chat is streamed with usage, where it is streamed. */
  body(request: WorkloadRequest, model: string): Record<string, unknown>;
  /** From the `usage` object of a stream's usage chunk or of a whole reply. */
  readUsage(usage: unknown, facts: ServerFacts): Usage;
  /** From the parsed JSON of a whole reply. */
  readWhole(request: WorkloadRequest, reply: unknown, facts: ServerFacts): WholeReply;
  /** The message in an error reply of whatever shape, null if there is none. */
  readError(body: string): string | null;

  /** How the prefix cache is emptied; null where the engine has no such call. */
  readonly cacheReset:
    | (Fetchable & {
        /** 'busy' means: ask again when no request runs. */
        outcome(reply: Reply): 'done' | 'busy' | 'unsupported';
        /** What to do when it is unsupported. */
        readonly hint: string;
      })
    | null;

  /** How it gets other weights while it serves; null where nothing is known of that. */
  readonly weights: Weights | null;

  /** How the server is asked what a text or a conversation comes to in tokens; null where it cannot be. */
  readonly tokenize: {
    readonly path: string;
    /** `special`: with the tokens that an encoder puts around a text. */
    ofText(text: string, model: string, special: boolean): Record<string, unknown>;
    /** By the model's chat template, up to where the assistant is to speak. */
    ofMessages(messages: readonly ChatMessage[], model: string): Record<string, unknown>;
    count(reply: Reply): number | null;
  } | null;

  readonly metrics: {
    readonly path: string;
    read(page: string): MetricsReading;
    /** Sequences that were worked on to their end since the server's start: one for each chat, text or document; null where it does not tell. */
    readFinished(page: string, role?: Role): number | null;
    /** Of a prefill server; null where it sends none or does not tell. */
    readTransfers?(page: string): KvTransfers | null;
    /** Whether it tells the roles of one server apart. */
    readonly tellsRoles?: true;
  } | null;
}

/** Where a role of a running stack is served. */
export interface Endpoint {
  readonly role: Role;
  /** Origin without a trailing slash, for example http://127.0.0.1:8000 */
  readonly url: string;
  /** The `model` of requests. */
  readonly model: string;
  readonly facts: ServerFacts;
  /** The servers behind a router, the router not among them; absent where the endpoint itself is the server. */
  readonly behind?: readonly {readonly name: string; readonly part: Part; readonly url: string}[];
  /** The request header that takes a session's id to a router that goes by it; absent elsewhere. */
  readonly sessionHeader?: string;
  /** Where load inside the server's cluster reaches it; absent where that is no other place. */
  readonly insideUrl?: string | undefined;
}
