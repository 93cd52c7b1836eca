import type {Fault} from './faults.ts';
import type {PdPhases} from './pd/bootstrap.ts';

/** 'failed': the engine could not go on; 'aborted': it was told to end the request before its time. */
export type TruthOutcome = 'ok' | `fault:${Fault['kind']}` | 'client-gone' | 'rejected' | 'failed' | 'aborted';

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
  /** Of a request that two servers shared; both have the same. */
  readonly phases: PdPhases | null;
  readonly outcome: TruthOutcome;
}

/** What is kept of every request for good. */
export type AccountRow = Pick<TruthRow, 'id' | 'kind' | 'endMs' | 'outcome'>;

/** A row while its request is served. */
export interface OpenTruth {
  readonly tokenMs: number[];
  promptTokens: number;
  outputTokens: number;
  cachedPromptTokens: number;
  phases: PdPhases | null;
  /** The first call counts: a client that goes away after the last byte changes nothing. */
  end(outcome: TruthOutcome): void;
}

/** Whole rows, of which each token has its time, are some kilobytes each: an engine that serves for days keeps only the last ones. */
const defaultWholeRows = 20_000;

interface Kept {
  readonly id: string;
  readonly kind: TruthRow['kind'];
  readonly receivedMs: number;
  readonly open: Omit<OpenTruth, 'end'>;
  ending: {readonly endMs: number; readonly outcome: TruthOutcome} | null;
}

export const createTruth = (nowMs: () => number, wholeRows = defaultWholeRows) => {
  /** In the order in which they came. */
  let whole: Kept[] = [];
  const short: AccountRow[] = [];

  const shorten = () => {
    // Half of them at a time, so that what it costs does not matter to a single request.
    const old = whole.slice(0, wholeRows >> 1);
    for (const row of old) if (row.ending !== null) short.push(accountRow(row, row.ending));
    whole = [...old.filter(({ending}) => ending === null), ...whole.slice(wholeRows >> 1)];
  };

  return {
    open(id: string, kind: TruthRow['kind'], receivedMs: number): OpenTruth {
      const open = {tokenMs: [], promptTokens: 0, outputTokens: 0, cachedPromptTokens: 0, phases: null};
      const row: Kept = {id, kind, receivedMs, open, ending: null};
      if (whole.length >= wholeRows) shorten();
      whole.push(row);
      return Object.assign(open, {
        end(outcome: TruthOutcome) {
          row.ending ??= {endMs: nowMs(), outcome};
        },
      });
    },
    /** The requests that have ended, in the order in which they came; the last 10,000 to 20,000 of them. */
    rows: (): readonly TruthRow[] => whole.flatMap(row => (row.ending === null ? [] : [truthRow(row, row.ending)])),
    /** All that have ended, without the rest of what is known of them. */
    *account(): Generator<AccountRow> {
      yield* short;
      for (const row of whole) if (row.ending !== null) yield accountRow(row, row.ending);
    },
  };
};

type Ended = NonNullable<Kept['ending']>;

const accountRow = ({id, kind}: Kept, {endMs, outcome}: Ended): AccountRow => ({id, kind, endMs, outcome});

const truthRow = ({id, kind, receivedMs, open}: Kept, {endMs, outcome}: Ended): TruthRow => {
  const {tokenMs, promptTokens, outputTokens, cachedPromptTokens, phases} = open;
  const [firstTokenMs = null, lastTokenMs = null] = [tokenMs[0], tokenMs.at(-1)];
  const times = {receivedMs, firstTokenMs, lastTokenMs, endMs, tokenMs};
  return {id, kind, ...times, promptTokens, outputTokens, cachedPromptTokens, phases, outcome};
};
