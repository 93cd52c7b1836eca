import type {BlockSeries, SeriesName} from '../schema/block.ts';
import {FloatColumn} from '../schema/float-column.ts';
import {roleOf} from '../schema/request.ts';
import type {OkSample, Sample} from '../schema/sample.ts';
import type {Trial} from '../schema/trial.ts';
import {e2eMs, tpotMs, ttftMs} from './latency.ts';
import {eachTokenArrival, type Span} from './throughput.ts';

/** Equal parts of the steady window, each with its rate. */
const parts = 64;

/** What arrived in each part of the window (start, end]. */
class Arrivals {
  readonly #window: Span;
  readonly #amounts = new Float64Array(parts);

  constructor(window: Span) {
    this.#window = window;
  }

  add(atMs: number, amount: number): void {
    const {startMs, endMs} = this.#window;
    if (atMs <= startMs || atMs > endMs) return;
    const part = Math.min(parts, Math.ceil(((atMs - startMs) / (endMs - startMs)) * parts)) - 1;
    this.#amounts[part] = (this.#amounts[part] as number) + amount;
  }

  /** Per second. */
  rates(): number[] {
    const partSeconds = (this.#window.endMs - this.#window.startMs) / 1000 / parts;
    return Array.from(this.#amounts, amount => rounded(amount / partSeconds, 6));
  }
}

const rounded = (value: number, digits: number): number => Math.round(value * 10 ** digits) / 10 ** digits;

/**
 * The series of a block, from the samples of its trial, seen once each in any order. The definitions are those of the trial's own
 * numbers (stats/trial.ts): the mean of a rate is the trial's throughput, the quantiles of the latencies are its quantiles.
 */
export class BlockSeriesBuilder {
  readonly #from: Trial['latencyFrom'];
  readonly #streamed: boolean;
  readonly #arrivals: {readonly requests: Arrivals; readonly items: Arrivals; readonly tokens: Arrivals} | null;
  readonly #sentMs = new FloatColumn();
  /** NaN for an answer that has none. */
  readonly #latencies = {ttftMs: new FloatColumn(), tpotMs: new FloatColumn(), e2eMs: new FloatColumn()};
  #tokensPlaced = true;

  constructor({window, latencyFrom, workload}: Pick<Trial, 'window' | 'latencyFrom' | 'workload'>) {
    this.#from = latencyFrom;
    this.#streamed = roleOf(workload.kind) === 'chat';
    this.#arrivals =
      window === null
        ? null
        : {requests: new Arrivals(window), items: new Arrivals(window), tokens: new Arrivals(window)};
  }

  add(sample: Sample): void {
    if (sample.outcome !== 'ok') return;
    this.#sentMs.push(sample.sentMs);
    this.#latencies.ttftMs.push(ttftMs(sample, this.#from) ?? Number.NaN);
    this.#latencies.tpotMs.push(tpotMs(sample) ?? Number.NaN);
    this.#latencies.e2eMs.push(e2eMs(sample, this.#from) ?? Number.NaN);
    this.#count(sample);
  }

  #count(sample: OkSample): void {
    const arrivals = this.#arrivals;
    if (arrivals === null) return;
    arrivals.requests.add(sample.endMs, 1);
    arrivals.items.add(sample.endMs, sample.items);
    if (!this.#streamed) return;
    const placed = eachTokenArrival(sample, (atMs, tokens) => arrivals.tokens.add(atMs, tokens));
    if (!placed) this.#tokensPlaced = false;
  }

  series(): BlockSeries['series'] {
    const order = Uint32Array.from(this.#sentMs.view, (_, at) => at);
    const sentMs = this.#sentMs.view;
    order.sort((a, b) => (sentMs[a] as number) - (sentMs[b] as number) || a - b);
    const latencies = Object.entries(this.#latencies).map(([name, {view}]) => [
      name,
      Array.from(order, at => rounded(view[at] as number, 3)).filter(value => !Number.isNaN(value)),
    ]);
    const known = [...this.#rates(), ...latencies].filter(([, values]) => values.length > 0);
    return Object.fromEntries(known);
  }

  /** Of what the trial has a throughput of. */
  #rates(): (readonly [SeriesName, number[]])[] {
    if (this.#arrivals === null || this.#sentMs.length === 0) return [];
    const {requests, items, tokens} = this.#arrivals;
    return [
      ['requestsPerSecond', requests.rates()],
      ['itemsPerSecond', this.#streamed ? [] : items.rates()],
      ['outputTokensPerSecond', this.#streamed && this.#tokensPlaced ? tokens.rates() : []],
    ];
  }
}
