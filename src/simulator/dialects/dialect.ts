import type {DialectName} from '../calibration.ts';
import type {EngineStats, EngineTraits} from '../engine.ts';
import type {PdStats} from '../pd/bootstrap.ts';

/** One chat request, as its reply tells of it. */
export interface ChatFacts {
  readonly requestId: string;
  readonly createdSeconds: number;
  readonly model: string;
  readonly promptTokens: number;
  readonly cachedPromptTokens: number;
  /** Of one page of the KV pool. */
  readonly pageTokens: number;
  readonly reportsCachedTokens: boolean;
  readonly includeUsage: boolean;
  /** Usage in every event. */
  readonly continuousUsage: boolean;
}

/** Why a reply ended: it has its length, or the engine was told to end it. */
export type FinishReason = 'length' | 'abort';

export interface EmbedFacts {
  readonly requestId: string;
  readonly createdSeconds: number;
  /** As in the other replies, and as the server was started with. */
  readonly model: string;
  readonly servedModel: string;
  readonly vectors: readonly Float32Array[];
  readonly encoding: 'float' | 'base64';
  readonly promptTokens: number;
}

interface RerankFacts {
  readonly requestId: string;
  readonly model: string;
  readonly documents: readonly {readonly text: string; readonly logit: number; readonly promptTokens: number}[];
  /** Null is all. */
  readonly topN: number | null;
  readonly returnDocuments: boolean;
  readonly useActivation: boolean;
  /** By the wall clock, since 1970. */
  readonly receivedSeconds: number;
  readonly finishedSeconds: number;
}

/** Why a request is not served. */
export interface Problem {
  /**
   * 'invalid': not what the endpoint takes; 'refused': understood, but it cannot be done; 'value': the same, found out later; 'http':
   * what the status itself says.
   */
  readonly kind: 'invalid' | 'refused' | 'value' | 'unknown-model' | 'http';
  readonly status: number;
  readonly message: string;
  /** The parameter that is to blame. */
  readonly param: string | null;
}

/** What the pages that describe the server are made from. */
export interface ServerView {
  readonly model: string;
  readonly port: number;
  readonly createdSeconds: number;
  readonly contextTokens: number;
  readonly maxRunningSequences: number;
  readonly maxBatchedTokens: number;
  readonly reportsCachedTokens: boolean;
  readonly metricsEnabled: boolean;
  readonly encoder: boolean;
  readonly ready: boolean;
  /** Where the weights came from, and SGLang's name of them. */
  readonly modelPath: string;
  readonly weightVersion: string;
  /** Whether they are others than at the start. */
  readonly replaced: boolean;
  readonly adapters: readonly {readonly name: string; readonly path: string}[];
  readonly lora: boolean;
  readonly sleeps: boolean;
  /** vLLM's sleep level; 0 is awake. */
  readonly sleepLevel: 0 | 1 | 2;
  readonly part: 'prefill' | 'decode' | undefined;
  readonly bootstrapPort: number;
  readonly transferBackend: string;
  readonly pd: PdStats | null;
  readonly stats: EngineStats;
}

export interface Page {
  readonly status: number;
  readonly type: string | null;
  readonly body: string;
}

export const jsonPage = (body: unknown, status = 200): Page => ({
  status,
  type: 'application/json',
  body: JSON.stringify(body),
});

/** What a path that takes a body does. */
type Action = 'chat' | 'embed' | 'rerank' | 'tokenize';

/** An engine's way to speak: pure functions from facts to bodies. */
export interface Dialect {
  readonly name: DialectName;
  readonly traits: EngineTraits;
  /** By method and path. */
  readonly actions: Readonly<Record<string, Action>>;
  readonly pages: Readonly<Record<string, (server: ServerView) => Page>>;
  readonly reset: {
    readonly routes: readonly string[];
    /** Whether the engine would try at all. */
    allowed(stats: EngineStats): boolean;
    page(done: boolean): Page;
  };

  /** The `model` of a reply to a request that named `asked`; null when there is no such model here. */
  modelOf(asked: string | null, served: string): string | null;
  /** Why a prompt of so many tokens is too long, if it is. `outputTokens` is null where none are asked for. */
  tooLong(promptTokens: number, outputTokens: number | null, contextTokens: number): Problem | null;
  /** Why vectors of so many numbers are refused, if they are; `size` is how many the model makes. */
  badDimensions(asked: number, of: {model: string; matryoshka: boolean; size: number}): Problem | null;
  /** The smallest number of best documents that may be asked for. */
  readonly leastTopN: 0 | 1;
  /** Whether a text that is empty or white space may be embedded or scored. */
  readonly takesBlankText: boolean;

  readonly stream: {
    /** Whether the head of the reply goes out at once, or together with the first token. */
    readonly headAtOnce: boolean;
    beforeTokens(facts: ChatFacts): object[];
    token(facts: ChatFacts, text: string, generated: number, last: boolean): object;
    afterTokens(facts: ChatFacts, generated: number): object[];
    /** In place of all that would have followed. */
    aborted(facts: ChatFacts, generated: number): object[];
    error(message: string, status: number): object;
  };
  chatReply(facts: ChatFacts, text: string, generated: number, why: FinishReason): object;
  embedReply(facts: EmbedFacts): object;
  rerankReply(facts: RerankFacts): object;
  tokenizeReply(tokens: readonly number[], contextTokens: number): object;
  errorBody(problem: Problem): object;
}

/** Little-endian float32, as both engines encode vectors. */
export const vectorText = (vector: Float32Array, encoding: EmbedFacts['encoding']): readonly number[] | string => {
  if (encoding === 'float') return [...vector];
  const bytes = Buffer.alloc(vector.length * 4);
  for (const [index, value] of vector.entries()) bytes.writeFloatLE(value, index * 4);
  return bytes.toString('base64');
};
