import {createInterface} from 'node:readline';
import {Readable} from 'node:stream';
import type {Engine} from '../engines/engine.ts';
import type {Stack} from '../runtimes/stack.ts';
import {type EngineAccount, engineAccount} from '../schema/journal.ts';
import type {Role} from '../schema/request.ts';

type Asked = Pick<Stack, 'engine' | 'evidence' | 'servers'>;
type Finished = Partial<Record<Role, number | null>>;

const withinMs = 60_000;
const none: EngineAccount = {by: 'none', requests: [], finished: {}};

/**
 * What the stack's engines say of the requests that they have had. A server that does not answer any more has taken what it knew
 * with it: then it is 'none', as part of an account is none. `before` is what /metrics counted when the stack began to serve.
 */
export const accountOf = async (stack: Asked, before: Finished): Promise<EngineAccount> => {
  const urls = [...new Set(stack.servers.map(({url}) => url))];
  if (stack.evidence === 'simulated') {
    const rows = await Promise.all(urls.map(readIds));
    const known = rows.filter(found => found !== null);
    if (known.length === urls.length && urls.length > 0) return {by: 'ids', requests: known.flat(), finished: {}};
  }
  const now = await readCounters(stack);
  const finished: Finished = Object.fromEntries(
    Object.entries(now).map(([role, count]) => {
      const first = before[role as Role] ?? null;
      return [role, count === null || first === null ? null : count - first];
    }),
  );
  return Object.values(finished).some(count => count !== null) ? {by: 'counters', requests: [], finished} : none;
};

/** What the servers' /metrics count; null for one that does not tell, and where several roles share a server that does not tell them apart. */
export const readCounters = async ({engine, servers}: Asked): Promise<Finished> =>
  Object.fromEntries(
    await Promise.all(
      servers.map(async ({role, url}) => {
        const told = engine.metrics?.tellsRoles || servers.every(other => other.role === role || other.url !== url);
        return [role, told ? await readFinished(engine, url, role) : null] as const;
      }),
    ),
  );

const readFinished = async ({metrics}: Engine, url: string, role: Role): Promise<number | null> => {
  if (metrics === null) return null;
  try {
    const reply = await fetch(`${url}${metrics.path}`, {signal: AbortSignal.timeout(withinMs)});
    return reply.ok ? metrics.readFinished(await reply.text(), role) : null;
  } catch {
    return null; // it is gone, or hangs
  }
};

/** Null where the server has no such page. */
const readIds = async (url: string): Promise<EngineAccount['requests'] | null> => {
  try {
    const path = `${url}/simulator/truth?fields=account`;
    const reply = await fetch(path, {signal: AbortSignal.timeout(withinMs)});
    if (!reply.ok || reply.body === null) return null;
    const rows: EngineAccount['requests'] = [];
    for await (const line of createInterface({input: Readable.fromWeb(reply.body)}))
      rows.push(engineAccount.shape.requests.element.parse(JSON.parse(line)));
    return rows;
  } catch {
    return null;
  }
};
