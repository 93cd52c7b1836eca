import type {Rehearsal} from '../../schema/rehearsal.ts';
import type {Accounting} from '../../schema/rehearsal-verdict.ts';
import {clockErrorMsOf, isWhole} from './load-pods.ts';
import {type End, ends, outcomeOf, type RequestTable} from './request-table.ts';
import {isWithin, killedSittings} from './spans.ts';

/**
 * How requests ended by all that is known, row by row. 'cut-off': the harness was killed while it was on the way, so that nobody
 * was there any more to take the answer: no fault of the service, and no part of the sums.
 */
export type FinalOutcome = 'served' | 'refused' | 'failed' | 'lost' | 'cut-off' | 'not-sent';

/** The client writes what it sent within 50 ms; a kill on a busy machine may cost some more. */
const unwrittenMs = 1000;

export class Outcomes {
  readonly #table: RequestTable;
  readonly #clockErrorMs: number;
  readonly #killed: readonly {startMs: number; endMs: number; lastStampMs: number}[];

  constructor(table: RequestTable, rehearsal: Rehearsal) {
    this.#table = table;
    this.#clockErrorMs = clockErrorMsOf(rehearsal);
    // Load pods outlive the harness, and what they sent is all in their journals.
    const {podLoads = []} = rehearsal;
    const known = podLoads.filter(isWhole).flatMap(({startMs}) => startMs ?? []);
    const killed = killedSittings(rehearsal).filter(span => !known.some(startMs => isWithin(startMs, span)));
    this.#killed = killed.map(span => ({...span, lastStampMs: lastClientStamp(table, span)}));
  }

  /** By the client alone. */
  byClient(row: number): FinalOutcome {
    const {sent, ended, end, sentMs} = this.#table.columns;
    if (ended[row] !== 0) return outcomeOf(end[row] as End) ?? 'lost';
    if (sent[row] === 0) return 'not-sent';
    return this.#killed.some(span => isWithin(sentMs[row] as number, span)) ? 'cut-off' : 'lost';
  }

  /** By both sides: an end that only one of them knows of is none, unless there was nothing for the other one to know. */
  of(row: number): FinalOutcome {
    const own = this.byClient(row);
    const {taken, neverLeft} = this.#table.columns;
    const untold = taken[row] === 0 && neverLeft[row] === 0;
    return own !== 'cut-off' && own !== 'not-sent' && untold ? 'lost' : own;
  }

  /**
   * The gateway answered a caller who had given up before, as its own stamps say: one that is overloaded hands its answer to a
   * connection before it reads that the connection is gone. It is lost, as the client says, and nobody says otherwise. What two clocks
   * cannot tell apart counts as well.
   */
  isTooLate(row: number): boolean {
    const {taken, gatewayEnd, gatewayEndMs, ended, endMs} = this.#table.columns;
    if (this.byClient(row) !== 'lost' || ended[row] === 0 || taken[row] === 0) return false;
    const answeredMs = (gatewayEndMs[row] as number) + this.#clockErrorMs;
    return gatewayEnd[row] !== ends.gone && answeredMs >= (endMs[row] as number);
  }

  /** Whether a request that only the gateway knows of may be one that a killed client had sent and not yet written down. */
  isUnwritten(row: number): boolean {
    const receivedMs = this.#table.columns.receivedMs[row] as number;
    return this.#killed.some(span => isWithin(receivedMs, span) && receivedMs >= span.lastStampMs - unwrittenMs);
  }

  isDuplicated(row: number): boolean {
    const {sent, ended, taken, asked} = this.#table.columns;
    if ((sent[row] as number) > 1 || (ended[row] as number) > 1 || (taken[row] as number) > 1) return true;
    const executed = executions(this.#table, row);
    // A copy (shadow) is asked for on purpose; so is nothing else.
    const copies = Math.max(0, askedLines(this.#table, row) - Math.min(1, asked[row] as number));
    return executed > 1 + copies || executedTwiceByOne(this.#table, row);
  }
}

const executions = ({columns}: RequestTable, row: number): number =>
  (columns.executedBaseline[row] as number) + (columns.executedCandidate[row] as number);

const askedLines = ({columns}: RequestTable, row: number): number =>
  (columns.askedBaseline[row] as number) + (columns.askedCandidate[row] as number);

const executedTwiceByOne = ({columns}: RequestTable, row: number): boolean =>
  (columns.executedBaseline[row] as number) > 1 || (columns.executedCandidate[row] as number) > 1;

const lastClientStamp = ({columns, length}: RequestTable, span: {startMs: number; endMs: number}): number => {
  let last = span.startMs;
  for (let row = 0; row < length; row += 1) {
    const sentMs = columns.sentMs[row] as number;
    if (sentMs > last && isWithin(sentMs, span)) last = sentMs;
    const endMs = columns.endMs[row] as number;
    if (columns.ended[row] !== 0 && columns.end[row] !== ends.none && endMs > last && isWithin(endMs, span))
      last = endMs;
  }
  return last;
};

const emptyAccounting = (): Accounting => ({sent: 0, served: 0, refused: 0, failed: 0, lost: 0, duplicated: 0});

/** sent = served + refused + failed + lost, over the rows that `take` picks. */
export const countedBy = (
  table: RequestTable,
  outcomeOfRow: (row: number) => FinalOutcome,
  {isDuplicated, take}: {isDuplicated: (row: number) => boolean; take: (row: number) => boolean},
): Accounting => {
  const counts = emptyAccounting();
  for (let row = 0; row < table.length; row += 1) {
    if (!take(row)) continue;
    if (isDuplicated(row)) counts.duplicated += 1;
    const outcome = outcomeOfRow(row);
    if (outcome === 'cut-off' || outcome === 'not-sent') continue;
    counts.sent += 1;
    counts[outcome] += 1;
  }
  return counts;
};
