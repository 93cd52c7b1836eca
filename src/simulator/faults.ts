import {CutoverError} from '../errors.ts';

/** What a parameter may be. Written by hand: this file is read by every command, and a validator costs each of them 50 ms. */
const limits = {
  /** Every n-th chat request that the server accepts, the n-th being the first. */
  every: {whole: true, min: 1},
  /** How many tokens were sent before; a reply that is not longer is left alone. */
  afterTokens: {whole: true, min: 0},
  delayMs: {whole: false, min: Number.MIN_VALUE},
  forMs: {whole: false, min: Number.MIN_VALUE},
  atMs: {whole: false, min: Number.MIN_VALUE},
  times: {whole: true, min: 1},
  /** Of every duration: 0.08 takes 8 % longer, -0.1 takes a tenth less. */
  share: {whole: false, min: -0.9},
  mibPerSecond: {whole: false, min: Number.MIN_VALUE},
} as const;
type Parameter = keyof typeof limits;

/** The parameters of each kind. Times are real milliseconds, whatever the simulation's speed. Only streamed replies can break within. */
const kinds = {
  /** One token comes late, and with it all that follow. */
  'slow-token': ['every', 'afterTokens', 'delayMs'],
  /** No bytes for a while, then at once all that was held back. */
  stall: ['every', 'afterTokens', 'forMs'],
  /** The socket is destroyed within the stream. */
  disconnect: ['every', 'afterTokens'],
  /** The dialect's error event and the end of the stream, after a head that said 200. */
  'error-event': ['every', 'afterTokens'],
  /** An event that is cut off within its JSON, before the next token. */
  'malformed-json': ['every', 'afterTokens'],
  /** 503 instead of an answer. */
  unavailable: ['every'],
  /** /health says 503 for ever. */
  'never-ready': [],
  /** The first so many calls to empty the prefix cache are told that requests still run. */
  'reset-busy': ['times'],
  /** The call to empty the prefix cache is told that it was done, and nothing is. */
  'reset-ignored': [],
  /** The server closes everything, so many milliseconds after it began to serve. */
  dies: ['atMs'],
  /** All that the engine does takes this much longer, or less: a regression or a gain of a known size. */
  slow: ['share'],
  /** It takes more and more of its card, and dies when nothing is left. */
  leak: ['mibPerSecond'],
} as const satisfies Record<string, readonly Parameter[]>;
type Kind = keyof typeof kinds;

export type Fault = {[K in Kind]: {readonly kind: K} & Readonly<Record<(typeof kinds)[K][number], number>>}[Kind];

/** A fault that meets single chat requests. */
export type RequestFault = Extract<Fault, {every: number}>;

/** The fault of the n-th chat request (from 1): the first in the list whose turn it is. */
export const faultOfRequest = (faults: readonly Fault[], n: number): RequestFault | undefined =>
  faults.find((candidate): candidate is RequestFault => 'every' in candidate && n % candidate.every === 0);

/** The fault of the n-th call (from 1) to empty the prefix cache. */
export const faultOfReset = (faults: readonly Fault[], n: number): 'reset-busy' | 'reset-ignored' | undefined => {
  for (const fault of faults)
    if (fault.kind === 'reset-ignored' || (fault.kind === 'reset-busy' && n <= fault.times)) return fault.kind;
  return undefined;
};

/** By what every duration of the engine is multiplied. */
export const slownessOf = (faults: readonly Fault[]): number =>
  faults.reduce((factor, fault) => (fault.kind === 'slow' ? factor * (1 + fault.share) : factor), 1);

/** All leaks together. */
export const leakOf = (faults: readonly Fault[]): number =>
  faults.reduce((sum, fault) => (fault.kind === 'leak' ? sum + fault.mibPerSecond : sum), 0);

/** When a token may be written that the engine has made now. A request's tokens are asked for in order. */
export const releaseOf = (fault: RequestFault | undefined) => {
  let stallEndsMs: number | null = null;
  return (generated: number, nowMs: number): number => {
    if (fault === undefined || fault.kind === 'unavailable' || generated <= fault.afterTokens) return nowMs;
    if (fault.kind === 'slow-token') return nowMs + fault.delayMs;
    if (fault.kind !== 'stall') return nowMs;
    stallEndsMs ??= nowMs + fault.forMs;
    return Math.max(nowMs, stallEndsMs);
  };
};

const kebab = (name: string) => name.replace(/[A-Z]/g, letter => `-${letter.toLowerCase()}`);

const forms = Object.entries(kinds).map(([kind, names]) => {
  const parameters = names.map(name => `${kebab(name)}=N`);
  return parameters.length > 0 ? `${kind}:${parameters.join(',')}` : kind;
});

/** Why a parameter cannot have a value; null when it can. */
const objection = (name: Parameter, value: number): string | null => {
  const {whole, min} = limits[name];
  if (whole) return Number.isSafeInteger(value) && value >= min ? null : `a whole number from ${min} on is needed`;
  if (value >= min && Number.isFinite(value)) return null;
  return min < 0 ? `a number from ${min} on is needed` : 'a number above 0 is needed';
};

/** `disconnect:every=10,after-tokens=5` to a fault. Throws BAD_OPTIONS that names the text, the reason and the valid forms. */
export const parseFault = (text: string): Fault => {
  const refuse = (reason: string) =>
    new CutoverError('BAD_OPTIONS', `fault "${text}" ${reason}`, {hint: `Use one of: ${forms.join('  ')}`});
  const [kind = '', ...rest] = text.split(':');
  if (!Object.hasOwn(kinds, kind)) throw refuse(`is of no known kind: "${kind}"`);
  const wanted = new Map(kinds[kind as Kind].map(name => [kebab(name), name]));
  const given: Partial<Record<Parameter, number>> = {};
  for (const pair of rest
    .join(':')
    .split(',')
    .filter(part => part !== '')) {
    const [key = '', value = ''] = pair.split('=');
    const name = wanted.get(key);
    if (name === undefined) throw refuse(`has no parameter "${key}"`);
    if (name in given) throw refuse(`gives ${key} twice`);
    if (value.trim() === '' || Number.isNaN(Number(value))) throw refuse(`needs a number in "${pair}"`);
    const objected = objection(name, Number(value));
    if (objected !== null) throw refuse(`has a bad ${key}: ${objected}`);
    given[name] = Number(value);
  }
  for (const [key, name] of wanted) if (!(name in given)) throw refuse(`lacks ${key}`);
  return {kind, ...given} as Fault; // its parameters are those of its kind, which the compiler cannot follow
};

/** The text that `parseFault` makes it of. */
export const faultText = ({kind, ...parameters}: Fault): string => {
  const given = Object.entries(parameters).map(([name, value]) => `${kebab(name)}=${value}`);
  return given.length === 0 ? kind : `${kind}:${given.join(',')}`;
};
