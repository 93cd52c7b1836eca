import type {Endpoint, Engine, KvTransfers, MetricsReading} from '../engines/engine.ts';
import {foldReadings} from '../engines/fold-readings.ts';
import {fetchText} from '../http/fetch-text.ts';
import type {Part} from '../schema/stack-parts.ts';
import type {MemberShare} from '../schema/trial.ts';
import {counterGrowth} from '../stats/counter-growth.ts';
import type {TransferGrowth} from '../stats/phases.ts';

/** What one server's /metrics page said; null is a page that was not had, or does not tell. */
interface ServerReading {
  /** Of a worker; null for the endpoint's own server. */
  readonly name: string | null;
  readonly part: Part;
  readonly reading: MetricsReading | null;
  readonly finished: number | null;
  readonly transfers: KvTransfers | null;
}

/** All servers of an endpoint at about one moment. */
export interface EndpointReading {
  readonly folded: MetricsReading | null;
  readonly servers: readonly ServerReading[];
}

/**
 * Reads the /metrics pages at the servers themselves, for a router's page tells of the router. `keep` is given each page as it came, with the
 * worker's name.
 */
export const readEndpoint = async (
  {metrics}: Pick<Engine, 'metrics'>,
  {url, role, behind}: Endpoint,
  keep: (page: string, member: string | null) => Promise<unknown>,
): Promise<EndpointReading> => {
  const servers = await Promise.all(
    (behind ?? [{name: null, part: 'whole' as const, url}]).map(async ({name, part, url: at}) => {
      const untold = {name, part, reading: null, finished: null, transfers: null};
      if (metrics === null) return untold;
      const page = await fetchText(at + metrics.path, {timeoutMs: 10_000}).catch(() => null);
      if (page === null || page.status >= 400) return untold;
      await keep(page.body, name);
      return {
        ...untold,
        reading: metrics.read(page.body),
        finished: metrics.readFinished(page.body, role),
        transfers: part === 'prefill' ? (metrics.readTransfers?.(page.body) ?? null) : null,
      };
    }),
  );
  const folded = behind === undefined ? (servers[0]?.reading ?? null) : foldReadings(servers);
  return {folded, servers};
};

/** What each worker did between two readings; empty where there is no router. */
export const memberShares = (before: EndpointReading, after: EndpointReading): MemberShare[] =>
  after.servers.flatMap(({name, part, reading, finished}) => {
    if (name === null) return [];
    const first = before.servers.find(server => server.name === name);
    const of = (key: keyof MetricsReading) => counterGrowth(first?.reading?.[key], reading?.[key]);
    return [
      {
        ...{name, part},
        requests: counterGrowth(first?.finished, finished),
        promptTokens: of('promptTokensTotal'),
        cachedPromptTokens: of('prefixHitsTotal'),
        generationTokens: of('generationTokensTotal'),
      },
    ];
  });

const noTransfers: KvTransfers = {count: 0, totalMs: 0, totalMib: 0};

/**
 * The transfers between two readings, over all prefill servers; null where there are none or one does not tell. A server that has sent
 * nothing since its start has no such counter yet, so that before the first one they are 0.
 */
export const transferGrowth = (before: EndpointReading, after: EndpointReading): TransferGrowth | null => {
  const grown = after.servers
    .filter(({part}) => part === 'prefill')
    .map(({name, transfers: to}) => {
      const from = before.servers.find(server => server.name === name)?.transfers ?? noTransfers;
      const count = counterGrowth(from.count, to?.count);
      const totalMs = counterGrowth(from.totalMs, to?.totalMs);
      return count === null || totalMs === null
        ? null
        : {count, totalMs, totalMib: counterGrowth(from.totalMib, to?.totalMib)};
    });
  const told = grown.filter(one => one !== null);
  if (told.length === 0 || told.length < grown.length) return null;
  return told.reduce((sum, {count, totalMs, totalMib}) => ({
    count: sum.count + count,
    totalMs: sum.totalMs + totalMs,
    totalMib: sum.totalMib === null || totalMib === null ? null : sum.totalMib + totalMib,
  }));
};
