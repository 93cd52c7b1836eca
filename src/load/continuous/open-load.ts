import {service} from '../../engines/service.ts';
import {streamedService} from '../../engines/streamed-service.ts';
import {untoldFacts} from '../../engines/untold-facts.ts';
import {openJournal} from '../../records/journal-file.ts';
import type {ShardPlace} from '../../schema/shard.ts';
import {type Clock, machineNow, toMicrosecond} from '../clock.ts';
import {newRoute} from '../exchange.ts';
import {whole} from '../share-of.ts';
import {transportTo} from '../transport-to.ts';
import {warmCode} from '../warm-code.ts';
import {type LoadPart, partSessions, requestNumber, runArrivals} from './part-arrivals.ts';
import {type ContinuousCounts, ContinuousSender} from './sender.ts';

export interface ContinuousLoadOptions {
  /** Origin of a service that keeps docs/contract.md. */
  readonly url: string;
  readonly parts: readonly LoadPart[];
  readonly seed: number;
  /** From 1: a rehearsal that goes on after it was killed asks other questions than before. */
  readonly sitting: number;
  /** A request has the id `<idPrefix>-<n>`, in this sitting only (see `requestNumber`); letters, digits and `_.:-`. */
  readonly idPrefix: string;
  /** Path of client.jsonl (schema/journal.ts); what it holds already stays. */
  readonly journal: string;
  /** For each request, from its sending to its end. */
  readonly timeoutMs: number;
  /** Whether the service streams chat; else the whole answer is waited for, and TTFT is not known. */
  readonly streams: boolean;
  /** Of each part only the arrivals numbered index, index + of, index + 2·of …; all of them when absent. */
  readonly place?: ShardPlace;
  /** Sent as a bearer token. */
  readonly token?: string;
}

/** Disposing of it does not wait: what is in flight has no end in the journal then, as if the process had been killed. */
export interface ContinuousLoad extends AsyncDisposable {
  /**
   * Sends nothing more, waits for what is in flight (up to the timeout that each of them has), and closes the journal.
   * Throws what ended the load. Once, however often it is asked for.
   */
  stop(): Promise<ContinuousCounts>;
  /** Aborted when the load has ended by itself: with RECORD_NOT_WRITABLE. Nothing is sent any more. */
  readonly failed: AbortSignal;
}

/** Opened beforehand; more are opened as they are needed. */
const connections = 32;

/** The machine's, so that the gateway's and the engine's stamps can be compared with ours. */
const clock: Clock = {now: () => toMicrosecond(machineNow())};

/** A load whose connections are open and whose journal is there; nothing was sent. Disposing of one that was not begun leaves it so. */
export interface ReadyLoad extends AsyncDisposable {
  /** Arrivals count from `startMs` of the machine's clock; what was due before now is sent at once. Once only. */
  begin(startMs: number): ContinuousLoad & {
    /** Of what has ended by now. */
    soFar(): ContinuousCounts;
  };
}

/** What `openLoad` does before anything is sent. Throws RECORD_NOT_WRITABLE. */
export const prepareLoad = async (options: ContinuousLoadOptions): Promise<ReadyLoad> => {
  const {url, parts, idPrefix, timeoutMs, streams, place = whole} = options;
  if (!/^[\w.:-]{1,100}$/.test(idPrefix)) throw new TypeError(`not fit for x-request-id: ${idPrefix}`);
  const engine = streams ? streamedService : service;
  const endpoint = {model: '', facts: untoldFacts};
  const loads = parts.map((part, partIndex) => ({part, partIndex, sessions: partSessions(part, options)}));
  for (const {sessions} of loads) await warmCode({engine, endpoint, timeoutMs, sessions});

  const journal = await openJournal(options.journal);
  const transport = transportTo(url, clock);
  await transport.open(connections);
  const route = newRoute({engine, endpoint, transport, clock, timeoutMs});
  const stopping = new AbortController();
  const broken = new AbortController();
  const failed = AbortSignal.any([broken.signal, journal.broken]);
  const fail = (thrown: unknown) => broken.abort(thrown);
  const sender = new ContinuousSender({route, journal, fail});
  const signal = AbortSignal.any([stopping.signal, failed]);
  let arrivals: readonly Promise<void>[] = [];

  const end = async (): Promise<ContinuousCounts> => {
    stopping.abort();
    await Promise.all(arrivals);
    await sender.idle();
    await transport.close();
    await journal[Symbol.asyncDispose]();
    failed.throwIfAborted();
    return sender.counts;
  };
  let ending: Promise<ContinuousCounts> | null = null;
  const stop = () => {
    ending ??= end();
    return ending;
  };
  const dispose = async () => {
    const told = ending !== null;
    sender.cutOff();
    await stop().catch(thrown => {
      if (!told) throw thrown;
    });
  };

  return {
    begin(startMs) {
      arrivals = loads.map(load =>
        runArrivals({
          ...{...options, ...load, place, engine, startMs, clock, signal, sender},
          idOf: index => `${idPrefix}-${requestNumber(index, load.partIndex, parts.length)}`,
        }).catch(fail),
      );
      return {stop, failed, soFar: () => sender.counts, [Symbol.asyncDispose]: dispose};
    },
    [Symbol.asyncDispose]: dispose,
  };
};

/**
 * Puts an open load on a service that never ends by itself: Poisson arrivals for each part, whatever becomes of the
 * requests. Nothing is sent twice. Every request is in the journal when it is sent and when it ends (outcome.ts), in
 * stamps of the machine's clock. It is sent from this thread, and as late as what else the thread does: `startContinuousLoad`
 * has one for it. Throws RECORD_NOT_WRITABLE; a service that is not there is no error.
 */
export const openLoad = async (options: ContinuousLoadOptions): Promise<ContinuousLoad> =>
  (await prepareLoad(options)).begin(clock.now());
