import type {TransferHistograms} from './transfers.ts';

/** Where the half of a request's work is that the other server does, as a router tells both. */
export interface Bootstrap {
  readonly host: string;
  readonly port: number;
  readonly room: number;
}

/** When each part of a request's work was done, by the monotonic clock, which both servers read alike. */
export interface PdPhases {
  /** The same at both servers. */
  readonly room: number;
  /** The decode server had room for the prompt, and the prefill server could begin. */
  readonly startedMs: number;
  /** The prompt was computed, and the first token made. */
  readonly prefilledMs: number;
  /** The decode server had all of it. */
  readonly transferredMs: number;
}

/** What a decode server gets besides keys and values. */
export interface Delivery {
  readonly phases: PdPhases;
  readonly first: {readonly token: number; readonly text: string};
  readonly cachedPromptTokens: number;
}

/** Requests between the two servers, and what the transfers took. Null in a server that does all of the work. */
export interface PdStats {
  readonly part: 'prefill' | 'decode';
  /** source: metrics_collector.py, num_{prefill_bootstrap,prefill_inflight,decode_prealloc,decode_transfer}_queue_reqs */
  readonly queues: {
    readonly bootstrap: number;
    readonly inflight: number;
    readonly prealloc: number;
    readonly transfer: number;
  };
  /** Of a prefill server, which sends. */
  readonly transfers: TransferHistograms | null;
  readonly failed: {readonly bootstrap: number; readonly transfer: number};
}

/** Milliseconds until something is given up. source: SGLang 0.5.17, environ.py and disaggregation/decode.py */
export const patience = {
  bootstrapMs: 300_000,
  waitingMs: 300_000,
  heartbeatMs: 5000,
  heartbeatFailures: 2,
  handshakeMs: 1000,
  handshakeAttempts: 15,
} as const;

/** A request that has waited so long for its other server. */
export const timedOut = (room: number, ms: number, state: 'Bootstrapping' | 'WaitingForInput'): string =>
  `Request ${room} timed out after ${(ms / 1000).toFixed(1)}s in KVPoll.${state}`;

export const transferError = (room: number, reason: string): string =>
  `KVTransferError(bootstrap_room=${room}): ${reason}`;
