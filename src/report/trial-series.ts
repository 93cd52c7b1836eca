import type {OkSample} from '../schema/sample.ts';
import type {Trial} from '../schema/trial.ts';
import {e2eMs, ttftMs} from '../stats/latency.ts';
import {eachTokenArrival} from '../stats/throughput.ts';
import type {ReportedRun} from './format.ts';
import {isStreamed} from './trial-text.ts';

/** What the charts draw of one trial. */
export interface TrialSeries {
  readonly trial: Trial;
  /** TTFT of streamed answers, E2E of whole replies, in milliseconds and in the order of the samples. */
  readonly latenciesMs: readonly number[];
  readonly binMs: number;
  /** Output tokens or items per second in each bin from the trial's start; null where tokens were not told. */
  readonly rates: readonly number[] | null;
}

/** A bin a second, but never so few that there is no course to see, nor so many that there is only noise. */
const binsOf = ({durationMs}: Trial) => Math.min(Math.max(Math.round(durationMs / 1000), 20), 300);

class SeriesBuilder {
  readonly #trial: Trial;
  readonly #binMs: number;
  readonly #amounts: Float64Array;
  readonly #latenciesMs: number[] = [];
  #told = true;

  constructor(trial: Trial) {
    this.#trial = trial;
    this.#amounts = new Float64Array(binsOf(trial));
    this.#binMs = trial.durationMs / this.#amounts.length;
  }

  add(sample: OkSample): void {
    const streamed = isStreamed(this.#trial);
    const latency = (streamed ? ttftMs : e2eMs)(sample, this.#trial.latencyFrom);
    if (latency !== null) this.#latenciesMs.push(latency);
    if (!streamed) this.#arrived(sample.endMs, sample.items);
    else if (!eachTokenArrival(sample, (atMs, tokens) => this.#arrived(atMs, tokens))) this.#told = false;
  }

  #arrived(atMs: number, amount: number): void {
    const bin = Math.floor(atMs / this.#binMs);
    // The last few milliseconds of an open loop lie past the last whole bin: its first request was not sent at 0.
    if (bin < this.#amounts.length) this.#amounts[bin] = (this.#amounts[bin] ?? 0) + amount;
  }

  build(): TrialSeries {
    const perSecond = (amount: number) => (amount * 1000) / this.#binMs;
    return {
      trial: this.#trial,
      latenciesMs: this.#latenciesMs,
      binMs: this.#binMs,
      rates: this.#told ? Array.from(this.#amounts, perSecond) : null,
    };
  }
}

/** One pass over the samples, which may be too many to hold. Trials in which nothing succeeded have no series. */
export const trialSeries = async ({record, samples}: ReportedRun): Promise<readonly TrialSeries[]> => {
  const shown = record.trials.filter(({counts, durationMs}) => counts.ok > 0 && durationMs > 0);
  const builders = new Map(shown.map(trial => [trial.index, new SeriesBuilder(trial)]));
  for await (const sample of samples()) if (sample.outcome === 'ok') builders.get(sample.trial)?.add(sample);
  return [...builders.values()].map(builder => builder.build());
};
