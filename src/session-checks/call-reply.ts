import type {Usage} from '../engines/engine.ts';

/** One request that a call of the client came to. */
export interface HeardRequest {
  /** As the client calls it. */
  readonly server: string;
  /** From the call to the request. */
  readonly afterMs: number;
  /** Null where it was not answered. */
  readonly usage: Usage | null;
}

/** What an answers file keeps of one call of the session client. */
export interface CallReply {
  /** The names of the system prompts, from which the prompts follow; null where there is none. */
  readonly prompt: string | null;
  /** The server's pages; null where it does not tell. */
  readonly pageTokens: number | null;
  /** Whether the server streams what it says. */
  readonly streams: boolean;
  /** Of calls that return one. */
  readonly value: number | boolean | null;
  /** Of a CutoverError that was thrown. */
  readonly code: string | null;
  /** What the client answered with; null where it threw, and of calls that ask nothing. */
  readonly said: {
    readonly turn: number;
    readonly text: string;
    readonly servedBy: string;
    readonly fellBack: boolean;
    readonly usage: Usage;
    /** How often more of it was told; null where it did not come to the text when put together. */
    readonly pieces: number | null;
  } | null;
  /** Whether all that had been asked and answered before was sent again with the question, byte for byte; null where nothing was asked. */
  readonly resent: boolean | null;
  /** What each prefix came to. */
  readonly warmed: readonly Pick<Usage, 'promptTokens' | 'cachedPromptTokens'>[];
  /** In the order of asking. */
  readonly requests: readonly HeardRequest[];
}
