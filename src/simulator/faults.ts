import {z} from 'zod';
import {CutoverError} from '../errors.ts';

/** Every n-th chat request that the server accepts, the n-th being the first. */
const every = z.int().min(1);
/** How many tokens were sent before; a reply that is not longer is left alone. */
const afterTokens = z.int().min(0);
const milliseconds = z.number().positive();

const kinds = [
  /** One token comes late, and with it all that follow. */
  z.strictObject({kind: z.literal('slow-token'), every, afterTokens, delayMs: milliseconds}),
  /** No bytes for a while, then at once all that was held back. */
  z.strictObject({kind: z.literal('stall'), every, afterTokens, forMs: milliseconds}),
  /** The socket is destroyed within the stream. */
  z.strictObject({kind: z.literal('disconnect'), every, afterTokens}),
  /** The dialect's error event and the end of the stream, after a head that said 200. */
  z.strictObject({kind: z.literal('error-event'), every, afterTokens}),
  /** An event that is cut off within its JSON, before the next token. */
  z.strictObject({kind: z.literal('malformed-json'), every, afterTokens}),
  /** 503 instead of an answer. */
  z.strictObject({kind: z.literal('unavailable'), every}),
  /** /health says 503 for ever. */
  z.strictObject({kind: z.literal('never-ready')}),
  /** The server closes everything, so many milliseconds after it began to serve. */
  z.strictObject({kind: z.literal('dies'), atMs: milliseconds}),
] as const;

/** Times are real milliseconds, whatever the simulation's speed. Only streamed replies can break within. */
export const fault = z.discriminatedUnion('kind', kinds);
export type Fault = z.infer<typeof fault>;

/** A fault that meets single chat requests. */
export type RequestFault = Extract<Fault, {every: number}>;

/** The fault of the n-th chat request (from 1): the first in the list whose turn it is. */
export const faultOfRequest = (faults: readonly Fault[], n: number): RequestFault | undefined =>
  faults.find((candidate): candidate is RequestFault => 'every' in candidate && n % candidate.every === 0);

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
const parametersOf = (kind: (typeof kinds)[number]) => Object.keys(kind.shape).filter(name => name !== 'kind');
const nameOf = (kind: (typeof kinds)[number]) => kind.shape.kind.value;

const forms = kinds.map(kind => {
  const parameters = parametersOf(kind).map(name => `${kebab(name)}=N`);
  return parameters.length > 0 ? `${nameOf(kind)}:${parameters.join(',')}` : nameOf(kind);
});

/** `disconnect:every=10,after-tokens=5` to a fault. Throws BAD_OPTIONS that names the text, the reason and the valid forms. */
export const parseFault = (text: string): Fault => {
  const refuse = (reason: string) =>
    new CutoverError('BAD_OPTIONS', `fault "${text}" ${reason}`, {hint: `Use one of: ${forms.join('  ')}`});
  const [name = '', ...rest] = text.split(':');
  const kind = kinds.find(candidate => nameOf(candidate) === name);
  if (kind === undefined) throw refuse(`is of no known kind: "${name}"`);
  const wanted = new Map(parametersOf(kind).map(parameter => [kebab(parameter), parameter]));
  const parameters: Record<string, number> = {};
  for (const pair of rest
    .join(':')
    .split(',')
    .filter(part => part !== '')) {
    const [key = '', value = ''] = pair.split('=');
    const parameter = wanted.get(key);
    if (parameter === undefined) throw refuse(`has no parameter "${key}"`);
    if (parameter in parameters) throw refuse(`gives ${key} twice`);
    if (value.trim() === '' || Number.isNaN(Number(value))) throw refuse(`needs a number in "${pair}"`);
    parameters[parameter] = Number(value);
  }
  for (const [key, parameter] of wanted) if (!(parameter in parameters)) throw refuse(`lacks ${key}`);
  const parsed = fault.safeParse({kind: name, ...parameters});
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw refuse(`has a bad ${kebab(String(issue?.path[0]))}: ${issue?.message}`);
};
