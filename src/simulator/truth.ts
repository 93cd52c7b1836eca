import type {Fault} from './faults.ts';

export type TruthOutcome = 'ok' | `fault:${Fault['kind']}` | 'client-gone' | 'rejected';

/**
 * What the server knows of one request, to hold a client's measurement against. Times are milliseconds of the machine's monotonic
 * clock, which every thread and process reads alike.
 */
export interface TruthRow {
  /** The request's x-request-id header, or one that the server made. */
  readonly id: string;
  readonly kind: 'chat' | 'embed' | 'rerank';
  /** Its head had been read. */
  readonly receivedMs: number;
  /** Null unless tokens were streamed. */
  readonly firstTokenMs: number | null;
  readonly lastTokenMs: number | null;
  /** The last bytes were handed to the socket, or the request ended without them. */
  readonly endMs: number;
  /** Just before each token event was written to the socket. */
  readonly tokenMs: readonly number[];
  readonly promptTokens: number;
  /** Tokens sent. */
  readonly outputTokens: number;
  readonly cachedPromptTokens: number;
  readonly outcome: TruthOutcome;
}

/** A row while its request is served. */
export interface OpenTruth {
  readonly tokenMs: number[];
  promptTokens: number;
  outputTokens: number;
  cachedPromptTokens: number;
  /** The first call counts: a client that goes away after the last byte changes nothing. */
  end(outcome: TruthOutcome): void;
}

export const createTruth = (nowMs: () => number) => {
  const rows: (() => TruthRow | null)[] = [];
  return {
    open(id: string, kind: TruthRow['kind'], receivedMs: number): OpenTruth {
      let ending: {endMs: number; outcome: TruthOutcome} | null = null;
      const open: OpenTruth = {
        tokenMs: [],
        promptTokens: 0,
        outputTokens: 0,
        cachedPromptTokens: 0,
        end(outcome) {
          ending ??= {endMs: nowMs(), outcome};
        },
      };
      rows.push(() => {
        if (ending === null) return null;
        const {tokenMs, promptTokens, outputTokens, cachedPromptTokens} = open;
        const [firstTokenMs = null, lastTokenMs = null] = [tokenMs[0], tokenMs.at(-1)];
        const times = {receivedMs, firstTokenMs, lastTokenMs, endMs: ending.endMs, tokenMs};
        return {id, kind, ...times, promptTokens, outputTokens, cachedPromptTokens, outcome: ending.outcome};
      });
      return open;
    },
    /** The requests that have ended, in the order in which they came. */
    rows: (): readonly TruthRow[] => rows.map(row => row()).filter(row => row !== null),
  };
};
