import type {Sample} from '../schema/sample.ts';
import type {SloSpec} from '../schema/suite.ts';
import {e2eMs, type LatencyFrom, tpotMs, ttftMs} from './latency.ts';

/** The limits of an SLO are on P99: it is met where so many of all requests are within every limit. */
export const sloShare = 0.99;

/** What is not known is not within a limit. */
const within = (valueMs: number | null, limitMs: number | null): boolean =>
  limitMs === null || (valueMs !== null && valueMs <= limitMs);

/** Whether a request is within every limit; a failed one is not, and an answer of one token has no time per token to keep. */
export const isGood = (sample: Sample, slo: SloSpec, from: LatencyFrom): boolean =>
  sample.outcome === 'ok' &&
  within(ttftMs(sample, from), slo.ttftP99Ms) &&
  (sample.outputTokens === 1 || within(tpotMs(sample), slo.tpotP99Ms)) &&
  within(e2eMs(sample, from), slo.e2eP99Ms);

/** Counts the requests of a trial that are within every limit. */
export class GoodCount {
  good = 0;
  all = 0;
  readonly #slo: SloSpec;
  readonly #from: LatencyFrom;

  constructor(slo: SloSpec, from: LatencyFrom) {
    this.#slo = slo;
    this.#from = from;
  }

  add(sample: Sample): void {
    this.all += 1;
    if (isGood(sample, this.#slo, this.#from)) this.good += 1;
  }

  /** Of all requests; null where there were none. */
  get share(): number | null {
    return this.all === 0 ? null : this.good / this.all;
  }
}
