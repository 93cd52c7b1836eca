/** What a trace tells of one request, besides when it came. */
export interface TraceRow {
  readonly promptTokens: number;
  readonly outputTokens: number;
  /** Of the prompt's blocks, in their order: equal ids are equal blocks. Empty where the trace has none. */
  readonly hashIds: readonly (number | string)[];
  /** Requests of one session each begin with the prompt of the one before; null where it is in none. */
  readonly session: string | null;
}

/** Where the rows of a trace file stand, so that any of them can be read without those before it. Threads can be sent it. */
export interface TraceIndex {
  readonly path: string;
  /** Of the whole file. */
  readonly bytes: number;
  readonly rows: number;
  /** Tells how the rows are written; no row itself where it is a header. */
  readonly firstLine: string;
  /** The rows cut into stretches of about 16 kB: the number of each one's first row, and the byte at which it begins. */
  readonly stretchRows: Float64Array;
  readonly stretchBytes: Float64Array;
}
