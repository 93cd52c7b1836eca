import type {z} from 'zod';
import {CutoverError, reasonOf} from '../../errors.ts';
import {type FetchOptions, fetchText} from '../../http/fetch-text.ts';
import {drained, type GatewayAdmin, gatewayState, recentLines, routed} from './contract.ts';

const patienceMs = 10_000;

/** The admin listener's own answer to what it does not do. */
class AdminRefused extends Error {
  override readonly name = 'AdminRefused';
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

const reasonIn = (body: string): string => {
  try {
    const {error} = JSON.parse(body) as {error?: unknown};
    if (typeof error === 'string') return error;
  } catch {
    // not ours: shown as it is
  }
  return body.slice(0, 200);
};

const silent = (url: string, cause: unknown): CutoverError =>
  new CutoverError('TRIAL_FAILED', `The gateway does not answer at ${url}: ${reasonOf(cause)}`, {
    hint: 'If it still runs, the load is more than this machine carries: lower ratePerSecond in the plan. If it does not, its log says why.',
    cause,
  });

/** `url`: the second line that `gateway --admin-port` prints. Nothing is kept open between two calls. */
export const openAdmin = (url: string): GatewayAdmin => {
  const ask = async (path: string, options: Partial<FetchOptions> = {}): Promise<string> => {
    const {status, body} = await fetchText(url + path, {timeoutMs: patienceMs, ...options}).catch((cause: unknown) => {
      throw silent(url, cause);
    });
    if (status >= 300) throw new AdminRefused(status, reasonIn(body));
    return body;
  };
  const read = <T>(schema: z.ZodType<T>, body: string): T => schema.parse(JSON.parse(body));
  return {
    putTarget: async (arm, asked) => void (await ask(`/targets/${arm}`, {method: 'PUT', json: asked})),
    removeTarget: async arm => void (await ask(`/targets/${arm}`, {method: 'DELETE'})),
    putRoute: async asked => read(routed, await ask('/route', {method: 'PUT', json: asked})),
    state: async () => read(gatewayState, await ask('/state')),
    recent: async after => read(recentLines, await ask(`/recent?after=${after}`)),
    drain: async (arm, withinMs) =>
      read(drained, await ask(`/drain/${arm}`, {method: 'POST', json: {withinMs}, timeoutMs: withinMs + patienceMs})),
  };
};
