import type {Distribution} from '../../schema/trial.ts';
import {minimumForP99} from '../../stats/percentile.ts';

/** A number, a word, or null for what the samples cannot tell. */
export type Value = number | string | null;

/** One line of a printout: in its columns what the rival prints, and what cutover says under the same heading. */
export interface Figure {
  /** In the rival's words, unit included. */
  readonly name: string;
  readonly printed: readonly string[];
  /** Empty where cutover has no such figure. */
  readonly ours: readonly string[];
  /** Why the two differ, or what the figure is where cutover has none; empty where they are the same. */
  readonly why: string;
}

/** False where the reason does not apply. */
export type Reason = string | false;

/** What stands for a value that the samples cannot tell. */
export const untold = '?';

const shown = (value: Value, format: (value: number) => string): string =>
  value === null ? untold : typeof value === 'string' ? value : format(value);

/** Stands for our P99 where there are too few values for one: the rivals print one nevertheless. */
const uncertified = `n < ${minimumForP99}`;

/** Our own statistic; null where nothing was measured. */
export const ourStatistic = (distribution: Distribution | null, statistic: keyof Distribution): Value =>
  distribution === null ? null : (distribution[statistic] ?? uncertified);

/** Whether sums in another order, or one token among thousands, can be all of a difference. */
const near = (printed: Value, ours: Value): boolean =>
  typeof printed === 'number' && typeof ours === 'number' && Math.abs(printed - ours) <= Math.abs(ours) / 1000;

/** A figure whose reasons are said only where it differs from ours as printed, or where we have none. */
export const figure = (
  name: string,
  format: (value: number) => string,
  values: readonly Value[],
  {ours = [], why = []}: {readonly ours?: readonly Value[]; readonly why?: readonly Reason[]} = {},
): Figure => {
  const printed = values.map(value => shown(value, format));
  const own = ours.map(value => (value === null ? '' : shown(value, format)));
  const compared = own.some(text => text !== '');
  const different = [...own.keys()].filter(place => own[place] !== '' && own[place] !== printed[place]);
  const reasons = why.filter(reason => reason !== false);
  if (reasons.length === 0 && different.length > 0) {
    if (own.includes(uncertified)) reasons.push('too few to certify a P99');
    else if (different.every(place => near(values[place] ?? null, ours[place] ?? null)))
      reasons.push('rounding, or a token that had no text');
    else reasons.push('not explained by the samples');
  }
  return {name, printed, ours: own, why: compared && different.length === 0 ? '' : reasons.join('; ')};
};

/** The notes of figures that stand below one another: what was said right above is not said again. */
export const notesOf = (figures: readonly Figure[]): string[] =>
  figures.map(({why}, place) => (why !== '' && why === figures[place - 1]?.why ? '″' : why));

export const decimals = (places: number) => (value: number) =>
  Number.isFinite(value) ? value.toFixed(places) : value > 0 ? 'inf' : 'nan';
export const asCounted = (value: number) => String(value);
