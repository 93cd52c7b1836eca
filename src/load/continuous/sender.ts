import type {JournalFile} from '../../records/journal-file.ts';
import type {ClientEnded, RequestOutcome} from '../../schema/journal.ts';
import type {Sample} from '../../schema/sample.ts';
import {Exchange, type Route} from '../exchange.ts';
import type {Turn} from '../turn.ts';
import {outcomeOf} from './outcome.ts';

/** `sent` is the sum of all others, once all have ended. */
export type ContinuousCounts = Readonly<Record<'sent' | RequestOutcome, number>>;

interface SenderOptions {
  readonly route: Route;
  readonly journal: Pick<JournalFile, 'append'>;
  /** Told of what went wrong in here. */
  fail(thrown: unknown): void;
}

/** Sends requests and keeps account of them: each is in the journal when it is sent and when it has ended. */
export class ContinuousSender {
  readonly #options: SenderOptions;
  readonly #running = new Set<Exchange>();
  readonly #ends: Record<RequestOutcome, number> = {served: 0, refused: 0, failed: 0, lost: 0};
  #sent = 0;
  #cutOff = false;

  constructor(options: SenderOptions) {
    this.#options = options;
  }

  /** Returns at once. */
  send(part: string, turn: Turn, scheduledMs: number): void {
    const {route, journal, fail} = this.#options;
    const {id, kind} = turn.request;
    // Handed to the transport: what a connection takes to be opened is the service's, and no lag of ours.
    const request = {id, part, kind, scheduledMs, sentMs: route.clock.now()};
    const exchange = new Exchange(route, turn, {trial: 0, index: this.#sent, scheduledMs});
    this.#running.add(exchange);
    this.#sent += 1;
    journal.append({event: 'sent', ...request});
    exchange.ended.then(sample => this.#end(request, exchange, sample)).catch(fail);
  }

  /** Resolves when what is in flight has ended. */
  async idle(): Promise<void> {
    await Promise.all([...this.#running].map(({ended}) => ended));
  }

  /** Gives up what is in flight; neither the journal nor the counts are told of an end of it. */
  cutOff(): void {
    this.#cutOff = true;
    for (const exchange of this.#running) exchange.abort();
  }

  get counts(): ContinuousCounts {
    return {sent: this.#sent, ...this.#ends};
  }

  #end(
    request: Pick<ClientEnded, 'id' | 'part' | 'kind' | 'scheduledMs' | 'sentMs'>,
    exchange: Exchange,
    sample: Sample,
  ) {
    this.#running.delete(exchange);
    if (this.#cutOff) return;
    const {status, left} = exchange;
    const {firstByteMs, firstTokenMs, endMs} = sample;
    const ending = outcomeOf(sample, exchange);
    const stamps = {firstByteMs, firstTokenMs, endMs};
    const ended: ClientEnded = {event: 'ended', ...request, ...ending, ...(left ? {} : {left}), status, ...stamps};
    this.#ends[ending.outcome] += 1;
    this.#options.journal.append(ended);
  }
}
