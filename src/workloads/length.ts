import type {LengthSpec} from '../schema/length.ts';
import {normal, type Random} from './random.ts';

/** The value at `share` (0…1) of the way along evenly spaced quantiles, on the line between the two next to it. */
const atQuantile = (quantiles: readonly number[], share: number): number => {
  const place = share * (quantiles.length - 1);
  const below = quantiles[Math.floor(place)] as number;
  return below + (place % 1) * ((quantiles[Math.ceil(place)] as number) - below);
};

/** A length in tokens, at least 1. A fixed one draws nothing from `random`, the others always as much. */
export const drawLength = (length: LengthSpec, random: Random): number => {
  if (typeof length === 'number') return length;
  switch (length.draw) {
    case 'uniform':
      return length.min + Math.floor(random() * (length.max - length.min + 1));
    case 'lognormal': {
      const drawn = Math.round(length.median * Math.exp(length.sigma * normal(random)));
      return Math.min(length.max, Math.max(1, drawn));
    }
    case 'file':
      return Math.round(atQuantile(length.quantiles, random()));
  }
};

/** What draws come to on average; of a lognormal as if it were not cut. */
export const meanLength = (length: LengthSpec): number => {
  if (typeof length === 'number') return length;
  switch (length.draw) {
    case 'uniform':
      return (length.min + length.max) / 2;
    case 'lognormal':
      return length.median * Math.exp(length.sigma ** 2 / 2);
    case 'file': {
      // A draw lies evenly between two neighbours: the first and the last have only one.
      const ends = ((length.quantiles[0] as number) + (length.quantiles.at(-1) as number)) / 2;
      const sum = length.quantiles.reduce((all, tokens) => all + tokens, 0);
      return length.quantiles.length === 1 ? sum : (sum - ends) / (length.quantiles.length - 1);
    }
  }
};

/** The longest that can be drawn. */
export const longest = (length: LengthSpec): number => {
  if (typeof length === 'number') return length;
  return length.draw === 'file' ? (length.quantiles.at(-1) as number) : length.max;
};

/** What tells lengths apart where streams of random numbers are named: for a fixed one the number, for a drawn one how it is drawn. */
export const lengthName = (length: LengthSpec): number | string => {
  if (typeof length === 'number') return length;
  switch (length.draw) {
    case 'uniform':
      return `uniform ${length.min} ${length.max}`;
    case 'lognormal':
      return `lognormal ${length.median} ${length.sigma} ${length.max}`;
    case 'file':
      return `file ${length.sha256}`;
  }
};
