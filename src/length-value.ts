import {Mistake, type ReadValue} from './option-values.ts';
import type {LengthSpec} from './schema/length.ts';

/** A length as it is written on the command line: what stands in a file has yet to be read. */
type GivenLength = Exclude<LengthSpec, {draw: 'file'}> | {readonly path: string};

/** A lognormal without an end of its own is cut where one draw in 32,000 is longer. */
const sigmasToTheEnd = 4;

/** `512`, `uniform:128-1024`, `lognormal:512,0.6` with or without a maximum behind it, or `@file`. */
export const length = ({min, max, flag}: {min: number; max: number; flag: string}): ReadValue<GivenLength> => {
  const inRange = (...lengths: readonly number[]) => lengths.every(tokens => tokens >= min && tokens <= max);
  return text => {
    const [, path] = /^@(.+)$/.exec(text) ?? [];
    if (path !== undefined) return {path};
    if (/^\d+$/.test(text) && inRange(Number(text))) return Number(text);
    const [from = Number.NaN, to = Number.NaN] = /^uniform:(\d+)-(\d+)$/.exec(text)?.slice(1).map(Number) ?? [];
    if (inRange(from, to) && from <= to) return {draw: 'uniform', min: from, max: to};
    const [, medianText, sigmaText, endText] = /^lognormal:(\d+),(\d*\.?\d+)(?:,(\d+))?$/.exec(text) ?? [];
    const [median, sigma] = [Number(medianText), Number(sigmaText)];
    const end = Math.min(max, Number(endText ?? Math.ceil(median * Math.exp(sigmasToTheEnd * sigma))));
    if (inRange(median, Number(endText ?? max)) && sigma > 0 && sigma <= 10 && end >= median)
      return {draw: 'lognormal', median, sigma, max: end};
    throw new Mistake(
      `must be tokens from ${min} to ${max} or a distribution of them, got ${JSON.stringify(text)}`,
      `Write ${flag} 512, uniform:128-1024, lognormal:512,0.6 (median, sigma and perhaps a maximum) or @lengths.txt`,
    );
  };
};
