import {Mistake, type ReadValue} from './option-values.ts';
import type {SloSpec} from './schema/suite.ts';

const sloKeys: Readonly<Record<string, keyof SloSpec>> = {
  'ttft-p99': 'ttftP99Ms',
  'tpot-p99': 'tpotP99Ms',
  'e2e-p99': 'e2eP99Ms',
};

/** `ttft-p99=500,tpot-p99=50`: each limit once, in ms; those that are left out are none. */
export const slo: ReadValue<SloSpec> = text => {
  const limits: SloSpec = {ttftP99Ms: null, tpotP99Ms: null, e2eP99Ms: null};
  for (const part of text.split(',')) {
    const [, name = '', given = ''] = /^([a-z0-9-]+)=(\d*\.?\d+)$/.exec(part.trim()) ?? [];
    const key = Object.hasOwn(sloKeys, name) ? sloKeys[name] : undefined;
    if (key === undefined || limits[key] !== null || !(Number(given) > 0))
      throw new Mistake(
        `must be limits in ms, each of ${Object.keys(sloKeys).join(', ')} once at most, got ${JSON.stringify(text)}`,
        'Write for example --slo ttft-p99=500,tpot-p99=50',
      );
    limits[key] = Number(given);
  }
  return limits;
};

/** `8-256`: the first level of a sweep and the highest. */
export const levels: ReadValue<{from: number; to: number}> = text => {
  const [from = 0, to = 0] = /^(\d*\.?\d+)-(\d*\.?\d+)$/.exec(text)?.slice(1).map(Number) ?? [];
  if (!(from > 0 && from <= to && to <= 100_000))
    throw new Mistake(
      `must be two levels above 0, the lower one first and 100000 at most, got ${JSON.stringify(text)}`,
      'Write for example --levels 8-256',
    );
  return {from, to};
};
