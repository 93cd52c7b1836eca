import type {ChatMessage} from '../schema/request.ts';

/** The beginning of the server's words where it refused a question; absent where it did not, and in older files. */
interface Refusable {
  readonly refusal?: string;
}

/** What an answers file of a parity examination keeps of a reply; `input` is what was asked, as a user would read it. */
export interface EmbedReply extends Refusable {
  readonly kind: 'embed';
  readonly input: string;
  /** float32, little-endian, base64; null where there was no usable vector. */
  readonly vector: string | null;
}

export interface RerankReply extends Refusable {
  readonly kind: 'rerank';
  readonly input: string;
  /** Probabilities, in the order in which the documents stand in `input`; null where there was no usable ranking. */
  readonly scores: readonly number[] | null;
}

export interface ChatReply extends Refusable {
  readonly kind: 'chat';
  readonly input: string;
  /** Null where no whole stream came. */
  readonly stream: ReadStream | null;
}

interface ErrorReply {
  readonly kind: 'error';
  readonly input: string;
  /** The places of the JSON body with the type of each value, in order; null where it is not JSON. */
  readonly shape: readonly string[] | null;
}

export type ParityReply = EmbedReply | RerankReply | ChatReply | ErrorReply;

/** What a streamed chat reply held. */
export interface ReadStream {
  /** What each event with text said; an event is mostly one token. */
  readonly pieces: readonly string[];
  readonly finishReason: string | null;
  readonly promptTokens: number | null;
  readonly outputTokens: number | null;
  /** How it was told, not what: see stream.ts. */
  readonly shape: readonly string[];
}

export interface TextQuestion {
  readonly id: string;
  readonly text: string;
}

export interface RankingQuestion {
  readonly id: string;
  readonly query: string;
  readonly documents: readonly string[];
}

export interface ChatQuestion {
  readonly id: string;
  readonly messages: readonly ChatMessage[];
  readonly outputTokens: number;
  /** Whether the model may end it before `outputTokens`. */
  readonly mayEnd: boolean;
}

export const vectorText = (vector: ArrayLike<number>): string => {
  const bytes = Buffer.alloc(vector.length * 4);
  for (let index = 0; index < vector.length; index += 1) bytes.writeFloatLE(vector[index] ?? 0, index * 4);
  return bytes.toString('base64');
};

export const vectorOf = (text: string): Float32Array => {
  const bytes = Buffer.from(text, 'base64');
  return Float32Array.from({length: Math.floor(bytes.length / 4)}, (_, index) => bytes.readFloatLE(index * 4));
};
