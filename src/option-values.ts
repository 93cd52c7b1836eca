import {nearest} from './nearest.ts';
import {isServiceAddress, parseServiceAddress, serviceAddressText} from './runtimes/kubernetes/service-address.ts';
import {type Role, roles} from './schema/request.ts';

/** What is wrong with one value; the option's name is put before it, the fix after it. */
export class Mistake extends Error {
  override readonly name = 'Mistake';
  readonly fix: string;

  constructor(message: string, fix: string) {
    super(message);
    this.fix = fix;
  }
}

export type ReadValue<T> = (text: string) => T;

const shown = (text: string) => JSON.stringify(text);

/** A number within [min, max]; `above` excludes the minimum itself. */
export const numeric =
  ({
    min,
    above = false,
    max,
    example,
  }: {
    min: number;
    above?: boolean;
    max: number;
    example: string;
  }): ReadValue<number> =>
  text => {
    const value = text.trim() === '' ? Number.NaN : Number(text);
    const bigEnough = above ? value > min : value >= min;
    if (!bigEnough || !(value <= max))
      throw new Mistake(
        `must be a number ${above ? 'above' : 'from'} ${min} to ${max}, got ${shown(text)}`,
        `Write for example ${example}`,
      );
    return value;
  };

export const whole =
  ({min, max, example}: {min: number; max: number; example: string}): ReadValue<number> =>
  text => {
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (!(value >= min && value <= max))
      throw new Mistake(
        `must be a whole number from ${min} to ${max}, got ${shown(text)}`,
        `Write for example ${example}`,
      );
    return value;
  };

/** Whole numbers with commas between them. */
export const wholes =
  (limits: {min: number; max: number; example: string}): ReadValue<readonly number[]> =>
  given =>
    given.split(',').map(whole(limits));

/** What `read` reads, or the word "auto". */
export const autoOr =
  <T>(read: ReadValue<T>): ReadValue<T | 'auto'> =>
  given => {
    if (given === 'auto') return 'auto';
    try {
      return read(given);
    } catch (thrown) {
      if (thrown instanceof Mistake) throw new Mistake(thrown.message, `${thrown.fix}, or auto`);
      throw thrown;
    }
  };

/** `fix` is for a word that resembles none of them, where more can be said than that one of them is needed. */
export const oneOf =
  <const T extends string>(choices: readonly T[], fix = 'Write one of these'): ReadValue<T> =>
  text => {
    const found = choices.find(choice => choice === text);
    if (found !== undefined) return found;
    const guess = nearest(text, choices);
    throw new Mistake(
      `must be one of ${choices.join(', ')}, got ${shown(text)}`,
      guess === null ? fix : `Did you mean ${guess}?`,
    );
  };

export const text =
  (example: string): ReadValue<string> =>
  given => {
    if (given.trim() === '') throw new Mistake('is empty', `Write for example ${example}`);
    return given;
  };

export const withoutSecrets = (address: string): string =>
  shown(address.replace(/[?#].*/s, '').replace(/^([a-z0-9]+:\/*)?.*@/is, '$1***@'));

/**
 * The origin of a server, `http://host:port`. What else an address may hold would be dropped in silence, so it is refused;
 * only the /v1 that OpenAI clients' base URLs end in is not, for every request's path begins with it. No message
 * repeats a password or a key.
 */
export const serverOrigin: ReadValue<string> = given => {
  const url = URL.canParse(given) ? new URL(given) : null;
  const told = withoutSecrets(given);
  if (url === null || !['http:', 'https:'].includes(url.protocol))
    throw new Mistake(`must be an http:// or https:// address, got ${told}`, 'Write for example http://127.0.0.1:8000');
  if (url.username !== '' || url.password !== '')
    throw new Mistake(
      `holds a user name or password, which is not sent, got ${told}`,
      'Leave it out, and attach to an address that needs none',
    );
  if (!['', '/v1'].includes(url.pathname.replace(/\/+$/, '')) || url.search !== '')
    throw new Mistake(`has a path, got ${told}`, `Write the address alone: ${url.origin}`);
  return url.origin;
};

/** As `serverOrigin`, or a service of a cluster: `k8s://namespace/service:port`, whose namespace may be left out. */
export const stackOrigin: ReadValue<string> = given => {
  if (!isServiceAddress(given)) return serverOrigin(given);
  const address = parseServiceAddress(given);
  if (address === null)
    throw new Mistake(
      `must name a namespace, a service and its port, got ${withoutSecrets(given)}`,
      "Write for example k8s://inference/sglang:30000, or k8s:///sglang:30000 for the context's namespace",
    );
  return serviceAddressText(address);
};

/** `value` for every role, or `role=value` for one. */
export const perRole =
  <T>(read: ReadValue<T>): ReadValue<{role: Role | null; value: T}> =>
  given => {
    const role = roles.find(name => given.startsWith(`${name}=`)) ?? null;
    return {role, value: read(role === null ? given : given.slice(role.length + 1))};
  };

/** `name=path`. */
export const named =
  (example: string): ReadValue<{name: string; path: string}> =>
  given => {
    const at = given.indexOf('=');
    const [name, path] = [given.slice(0, at).trim(), given.slice(at + 1).trim()];
    if (at === -1 || name === '' || path === '')
      throw new Mistake(
        `must be a name and a path with = between them, got ${shown(given)}`,
        `Write for example ${example}`,
      );
    return {name, path};
  };

/** Words as a shell splits them: quotes keep spaces, nothing is expanded. */
export const words: ReadValue<readonly string[]> = given => {
  const found = [...given.matchAll(/(?:[^\s'"]+|'[^']*'|"[^"]*")+/g)].map(([word]) =>
    word.replace(/'([^']*)'|"([^"]*)"/g, '$1$2'),
  );
  if (found.length === 0)
    throw new Mistake('is empty', 'Write for example "python3 -m vllm.entrypoints.openai.api_server"');
  return found;
};
