import type {WorkloadKind} from './workload.ts';

/** What a workload asks for, before any engine has put it into its own words. */

export const roles = ['chat', 'embed', 'rerank'] as const;
/** Which of a stack's servers answers a request. */
export type Role = (typeof roles)[number];

/** Which server of a stack a workload talks to. */
export const roleOf = (kind: WorkloadKind): Role => (kind === 'embed' || kind === 'rerank' ? kind : 'chat');

export interface ChatMessage {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
}

export interface ChatRequest {
  readonly kind: 'chat';
  readonly id: string;
  readonly messages: readonly ChatMessage[];
  /** Exactly this many tokens are asked for: max_tokens with ignore_eos where the engine knows it. */
  readonly outputTokens: number;
}

export interface EmbedRequest {
  readonly kind: 'embed';
  readonly id: string;
  readonly texts: readonly string[];
  /** Numbers of each vector; absent leaves it to the model. */
  readonly dimensions?: number;
  /** How the vectors are written in the reply; absent is 'float'. */
  readonly encoding?: 'float' | 'base64';
}

export interface RerankRequest {
  readonly kind: 'rerank';
  readonly id: string;
  readonly query: string;
  readonly documents: readonly string[];
  /** Documents in the answer, the best ones; absent is all of them. */
  readonly topN?: number;
}

export type WorkloadRequest = ChatRequest | EmbedRequest | RerankRequest;

/**
 * Requests that must follow one another: turn k is sent when turn k-1 has ended.
 * A single-shot workload is sessions of one request each.
 */
export interface Session {
  readonly id: string;
  readonly requests: readonly WorkloadRequest[];
  /** What a sample calls each request's turn, where that is not its place in the session from 1 on. */
  readonly turns?: readonly number[];
  /** Pause before each request in ms, counted from the end of the reply before it; absent is none. The first one is 0. */
  readonly pausesMs?: readonly number[];
  /** Whose replies stand in the history of later chat requests: absent is what `requests` says; 'engine' puts in what the server answered. */
  readonly history?: 'engine';
}

/**
 * Sessions by their number, from 0 on. Any of them can be had without those before it, so that several threads or
 * machines share a load out by number and nothing else.
 */
export interface SessionSource {
  /** Null where there are no more. */
  at(index: number): Session | null;
  /** Requests in all sessions with a smaller number. */
  requestsBefore(index: number): number;
}
