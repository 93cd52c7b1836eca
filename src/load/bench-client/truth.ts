/** What the server knows of one request, in ms on the machine's monotonic clock. */
export interface RequestTruth {
  /** The request's `x-request-id`. */
  readonly id: string;
  /** Its last byte was read. */
  readonly readMs: number;
  /** Just before each write with a token; one stamp where the reply is written at once. */
  readonly writtenMs: readonly number[];
  /** From reading to the last write, as it was planned. */
  readonly plannedMs: number;
}

/** What `GET /truth` returns. */
export interface Truth {
  /** In the order in which they were read. */
  readonly requests: readonly RequestTruth[];
  /** Token events written; 0 for replies that are not streamed. */
  readonly events: number;
  /** Replies that were being written at once, at most. */
  readonly streamsMax: number;
  /** Connections open at once, at most. The one that asks for the truth counts from then on only. */
  readonly connectionsMax: number;
  /** How long the server was ready to run and had no core; null where that is not known. */
  readonly waitedForCoreMs: number | null;
}
