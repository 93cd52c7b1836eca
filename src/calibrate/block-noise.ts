import measured from '../../fixtures/noise/noise.json' with {type: 'json'};
import type {SeriesName} from '../schema/block.ts';
import {type Autoregression, autoregressionOf, fillSeries} from './autoregression.ts';
import {normalDeviates, type Random} from './deviates.ts';
import {marginalOf, placeOf} from './marginal.ts';

/** How the values of a series within a block are spread, and how one follows from those before it: as in one real block. */
interface SeriesShape {
  readonly marginal: Float64Array;
  readonly autoregression: Autoregression;
}

/** Noise of one series of one workload's blocks. */
export interface BlockNoise {
  readonly isRate: boolean;
  readonly length: number;
  /** One for each real block that was measured. */
  readonly shapes: readonly SeriesShape[];
  /** ms, or units per second. */
  readonly typical: number;
  /** Standard deviation of the log level between blocks, without what comes from within them. */
  readonly levelSd: number;
  readonly pauseChance: number;
  readonly pausesMs: readonly number[];
  readonly windowMs: number;
  /** Requests in a row that a pause of the server makes wait. */
  readonly waiting: number;
}

interface MeasuredWorkload {
  readonly blockSd: Readonly<Partial<Record<string, {readonly sd: number}>>>;
  readonly rateMeanSd: number;
  readonly blocks: number;
  readonly windowMs: number;
  readonly pausesMs: readonly number[];
  readonly typical: Readonly<Record<SeriesKind, number>>;
  readonly shapes: readonly Readonly<Record<SeriesKind, MeasuredShape | null>>[];
}
interface MeasuredShape {
  readonly quantiles: readonly number[];
  readonly autocorrelation: readonly number[];
}
type SeriesKind = 'rate' | 'ttftMs' | 'e2eMs';

/** Rates are those of 64 equal parts of the steady window. */
const rateParts = 64;

const kinds: Partial<Record<SeriesName, SeriesKind>> = {
  outputTokensPerSecond: 'rate',
  itemsPerSecond: 'rate',
  requestsPerSecond: 'rate',
  ttftMs: 'ttftMs',
  e2eMs: 'e2eMs',
};

interface Wanted {
  readonly workload: string;
  readonly series: SeriesName;
  readonly requests: number;
  readonly concurrency: number;
}

const allPausesMs = Object.values(measured).flatMap(({pausesMs}) => pausesMs as readonly number[]);

/** Throws TypeError for what no real run has measured. */
export const blockNoiseOf = ({workload, series, requests, concurrency}: Wanted): BlockNoise => {
  const found = (measured as unknown as Readonly<Record<string, MeasuredWorkload>>)[workload];
  const kind = kinds[series];
  const shapes = kind === undefined ? [] : (found?.shapes ?? []).flatMap(shape => shape[kind] ?? []);
  if (found === undefined || kind === undefined || shapes.length === 0)
    throw new TypeError(`no real run has measured the noise of ${workload}'s ${series}`);
  const {blockSd, typical, windowMs, pausesMs, blocks, rateMeanSd} = found;
  // The level of a tail is that of its median: what moves the tail alone is in the values and the pauses.
  const total = blockSd[{rate: 'throughput', ttftMs: 'ttftP50Ms', e2eMs: 'e2eP50Ms'}[kind]]?.sd ?? 0;
  // The values of a block alone move a rate by rateMeanSd; of latencies nothing is taken off, nor ever more than half.
  const within = kind === 'rate' ? Math.min(rateMeanSd ** 2, total ** 2 / 2) : 0;
  return {
    isRate: kind === 'rate',
    length: kind === 'rate' ? rateParts : requests,
    shapes: shapes.map(({quantiles, autocorrelation}) => ({
      marginal: marginalOf(quantiles, kind === 'rate' ? 'mean' : 'median'),
      autoregression: autoregressionOf(autocorrelation),
    })),
    typical: typical[kind],
    levelSd: Math.sqrt(total ** 2 - within),
    // None seen in n blocks does not mean none: Jeffreys' estimate.
    pauseChance: (pausesMs.length + 0.5) / (blocks + 1),
    pausesMs: pausesMs.length === 0 ? allPausesMs : pausesMs,
    windowMs,
    // Of those in flight the ones that wait for what is measured.
    waiting: Math.max(1, Math.round(kind === 'ttftMs' ? (concurrency * typical.ttftMs) / typical.e2eMs : concurrency)),
  };
};

interface DrawnBlock {
  /** Which of the shapes. */
  readonly shape: number;
  /** Log level, more is slower. */
  readonly level: number;
  /** Length of the server's pause; 0 for none. */
  readonly pauseMs: number;
}

/** The series of a block: values about the typical one at its level, and a pause somewhere. */
export const drawSeries = (noise: BlockNoise, {shape, level, pauseMs}: DrawnBlock, random: Random): Float64Array => {
  const {length, isRate, shapes, typical, windowMs, waiting} = noise;
  const {marginal, autoregression} = shapes[shape % shapes.length] as SeriesShape;
  const values = new Float64Array(length);
  fillSeries(values, autoregression, normalDeviates(random));
  const scale = typical * Math.exp(isRate ? -level : level);
  for (let at = 0; at < length; at += 1) values[at] = scale * (marginal[placeOf(values[at] as number)] as number);
  const place = random();
  if (isRate) pauseRates(values, place, (pauseMs / windowMs) * length);
  else if (pauseMs > 0) {
    const first = Math.floor(place * length);
    for (let at = first; at < Math.min(length, first + waiting); at += 1) values[at] = (values[at] as number) + pauseMs;
  }
  return values;
};

/** Takes so many parts' worth of output away, from a place in [0, 1) of where it fits in. */
const pauseRates = (rates: Float64Array, place: number, parts: number): void => {
  const from = place * Math.max(0, rates.length - parts);
  const to = Math.min(rates.length, from + parts);
  for (let part = Math.floor(from); part < Math.ceil(to); part += 1) {
    const idle = Math.min(part + 1, to) - Math.max(part, from);
    rates[part] = (rates[part] as number) * (1 - idle);
  }
};
