import {Agent} from 'node:http';
import {z} from 'zod';
import {parseJson} from '../engines/json-field.ts';
import {CutoverError, reasonOf} from '../errors.ts';
import {fetchText} from '../http/fetch-text.ts';

export interface ServiceReply {
  readonly status: number;
  /** From the first byte sent to the last one received. */
  readonly ms: number;
  readonly body: string;
}

const statsReply = z.object({stats: z.object({max_dram_size: z.number(), total_keys: z.number()})});
const readReply = z.object({value: z.unknown(), found: z.boolean()});

/** What a reply to a read holds; null where it has no value, or is none. */
export const storedValue = ({status, body}: ServiceReply): string | null => {
  if (status !== 200) return null;
  const {success, data} = readReply.safeParse(parseJson(body));
  return success && data.found && typeof data.value === 'string' ? data.value : null;
};

/** The reason of a refusal, in the service's words. */
export const refusalOf = ({body}: ServiceReply): string => {
  const {success, data} = z.object({detail: z.string()}).safeParse(parseJson(body));
  return success ? data.detail : body.slice(0, 200);
};

interface ServiceOptions {
  readonly url: string;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

const howToStart =
  'Start it with `gswarm data start --host 127.0.0.1 --port 9015 --max-memory 16GB`, of the source at github.com/Chivier/gswarm: gswarm 0.4.3 of PyPI has no such service.';

/**
 * gswarm's data service (src/gswarm/data/pool.py@4ff812d), over one connection that is kept. A status is a reply like
 * any other; every call throws ENGINE_UNREACHABLE when none comes, and the signal's own reason when it is aborted.
 */
export const gswarmService = ({url, timeoutMs, signal}: ServiceOptions) => {
  const agent = new Agent({keepAlive: true, maxSockets: 1});
  const ask = async (method: 'GET' | 'POST' | 'DELETE', path: string, json?: unknown): Promise<ServiceReply> => {
    const sent = json === undefined ? {} : {body: JSON.stringify(json), headers: {'content-type': 'application/json'}};
    const startMs = performance.now();
    try {
      const {status, body} = await fetchText(`${url}${path}`, {method, ...sent, timeoutMs, signal, agent});
      return {status, body, ms: performance.now() - startMs};
    } catch (thrown) {
      signal.throwIfAborted();
      throw new CutoverError('ENGINE_UNREACHABLE', `${url}: ${method} ${path} has no answer: ${reasonOf(thrown)}`, {
        hint: howToStart,
        cause: thrown,
      });
    }
  };
  const named = encodeURIComponent;
  return {
    write: (key: string, value: string) => ask('POST', '/write', {key, value, location: 'dram'}),
    read: (key: string) => ask('GET', `/read/${named(key)}`),
    move: (key: string, destination: string) => ask('POST', '/move', {key, destination}),
    location: (key: string) => ask('GET', `/location/${named(key)}`),
    release: (key: string) => ask('DELETE', `/release/${named(key)}`),
    /** Its health too: it has no other. Throws ENGINE_UNREACHABLE when something else answers. */
    async stats(): Promise<{maxDramBytes: number; keys: number}> {
      const reply = await ask('GET', '/stats');
      const {success, data} = statsReply.safeParse(parseJson(reply.body));
      if (reply.status !== 200 || !success)
        throw new CutoverError(
          'ENGINE_UNREACHABLE',
          `${url} is not gswarm's data service: GET /stats has status ${reply.status} and no statistics`,
          {hint: howToStart},
        );
      return {maxDramBytes: data.stats.max_dram_size, keys: data.stats.total_keys};
    },
    [Symbol.dispose]: () => agent.destroy(),
  };
};
export type GswarmService = ReturnType<typeof gswarmService>;
