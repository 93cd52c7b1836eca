import {Agent} from 'node:http';
import {fetchText} from '../../http/fetch-text.ts';
import type {Cluster} from '../../kubernetes/connect.ts';
import type {PodContainer} from '../../kubernetes/pod/exec.ts';
import type {KubernetesServer, RoundTrips} from '../../schema/kubernetes.ts';
import {summarise} from '../../stats/percentile.ts';
import {readInPod} from './pod-command.ts';

/** Every engine answers it, from memory; whatever the answer is, it came back. */
const path = '/v1/models';
/** Enough to certify a P99; fewer where the way is so slow that they would hold up the start. */
const keptRequests = 700;
const anewRequests = 50;
const limitMs = 3000;
const patienceMs = 15_000;

const summary = (timesMs: readonly number[]): RoundTrips | null => {
  const told = summarise(timesMs);
  return told && {n: told.n, p50Ms: told.p50, p99Ms: told.p99};
};

const timeRequests = async (
  url: string,
  requests: number,
  agent: Agent | undefined,
  signal: AbortSignal,
): Promise<RoundTrips> => {
  const timesMs: number[] = [];
  const beganMs = performance.now();
  const ask = () => fetchText(url, {timeoutMs: patienceMs, signal, ...(agent && {agent})});
  if (agent !== undefined) await ask(); // opens the connection
  do {
    const sentMs = performance.now();
    await ask();
    timesMs.push(performance.now() - sentMs);
  } while (timesMs.length < requests && performance.now() - beganMs < limitMs);
  return summary(timesMs) as RoundTrips; // of one at least
};

/** curl keeps one connection for all that one call asks for. The first opens it. */
const curl = (ip: string, port: number): readonly string[] => [
  'curl',
  ...['--silent', '--output', '/dev/null', '--max-time', String(limitMs / 1000)],
  ...['--write-out', '%{num_connects} %{time_total}\\n'],
  `http://${ip.includes(':') ? `[${ip}]` : ip}:${port}${path}?n=[0-${keptRequests}]`,
];

/** The times of requests that opened no connection, from lines of `connections seconds`. */
export const curlTimesMs = (page: string): readonly number[] =>
  page.split('\n').flatMap(line => {
    const [, seconds] = /^0 ([\d.]+)$/.exec(line.trim()) ?? [];
    return seconds === undefined ? [] : [Number(seconds) * 1000];
  });

export interface CostOptions {
  readonly cluster: Pick<Cluster, 'config'>;
  /** The forward's. */
  readonly url: string;
  readonly place: PodContainer;
  readonly ip: string;
  readonly port: number;
  readonly signal: AbortSignal;
}

/** What a request costs through the forward, and without it. Rejects when the server does not answer. */
export const measureForward = async ({
  cluster,
  url,
  place,
  ip,
  port,
  signal,
}: CostOptions): Promise<KubernetesServer['forward']> => {
  const agent = new Agent({keepAlive: true, maxSockets: 1});
  try {
    const kept = await timeRequests(url + path, keptRequests, agent, signal);
    const anew = await timeRequests(url + path, anewRequests, undefined, signal);
    const page = await readInPod(cluster, place, curl(ip, port), patienceMs);
    return {kept, anew, inside: summary(curlTimesMs(page ?? ''))};
  } finally {
    agent.destroy();
  }
};
