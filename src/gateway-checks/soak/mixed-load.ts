import {setTimeout as delay} from 'node:timers/promises';
import {machineClock, machineNow} from '../../load/clock.ts';
import {netTransport} from '../../load/net-transport.ts';
import type {Transport} from '../../load/transport.ts';
import {type Random, seededRandom} from '../../workloads/random.ts';

export interface MixedCounts {
  sent: number;
  served: number;
  /** 429 and 503. */
  refused: number;
  /** By what was seen instead of an answer. */
  readonly failed: Map<string, number>;
}

const words = ['def', 'return', 'größe', '語', 'login()', 'a\tb', '{}', '🦀'];
const textOf = (random: Random, most: number) =>
  Array.from({length: 1 + Math.floor(random() * most)}, () => words[Math.floor(random() * words.length)]).join(' ');

/** By shares of the requests, summed up; one in fifty callers goes away before the answer. */
const makers: readonly {readonly upTo: number; readonly path: string; make(random: Random): object}[] = [
  {upTo: 0.4, path: '/embed', make: random => ({texts: [textOf(random, 40), textOf(random, 40)]})},
  {
    upTo: 0.7,
    path: '/rerank',
    make: random => ({query: textOf(random, 8), documents: Array.from({length: 6}, () => textOf(random, 30))}),
  },
  {upTo: 0.85, path: '/chat', make: random => chat(random, false)},
  {upTo: 1, path: '/chat', make: random => chat(random, true)},
];
const chat = (random: Random, stream: boolean) => ({
  messages: [{role: 'user', content: textOf(random, 60)}],
  max_tokens: 8 + Math.floor(random() * 24),
  stream,
});
const goneShare = 0.02;

const questionOf = (random: Random) => {
  const drawn = random();
  const maker = makers.find(({upTo}) => drawn < upTo) ?? makers[0];
  return {path: maker?.path ?? '', body: Buffer.from(JSON.stringify(maker?.make(random)))};
};

const ask = (transport: Transport, random: Random, counts: MixedCounts): Promise<void> => {
  const {promise, resolve} = Promise.withResolvers<void>();
  const {path, body} = questionOf(random);
  const fail = (what: string) => counts.failed.set(what, (counts.failed.get(what) ?? 0) + 1);
  let [status, tail] = [0, ''];
  counts.sent += 1;
  const headers = {'content-type': 'application/json'};
  const leave = transport.send(
    {method: 'POST', path, headers, body},
    {
      onSent() {},
      onHead(code) {
        status = code;
      },
      onBytes(buffer, start, end) {
        tail = buffer.toString('latin1', Math.max(start, end - 200), end);
      },
      onEnd() {
        if (status === 429 || status === 503) counts.refused += 1;
        else if (status !== 200) fail(`${path}: ${status}`);
        else if (tail.includes('"error"')) fail(`${path}: ${tail}`);
        else counts.served += 1;
        resolve();
      },
      onError({message}) {
        fail(`${path}: ${message}`);
        resolve();
      },
    },
  );
  if (random() < goneShare)
    setTimeout(() => {
      leave();
      resolve();
    }, 1);
  return promise;
};

/** Poisson arrivals of all kinds of requests until the signal aborts; resolves when all that were sent have ended. */
export const mixedLoad = async (
  url: string,
  ratePerSecond: number,
  seed: number,
  counts: MixedCounts,
  signal: AbortSignal,
): Promise<void> => {
  const transport = netTransport(url, machineClock);
  const random = seededRandom(seed, 'gateway-soak');
  const asked = new Set<Promise<void>>();
  let dueMs = machineNow();
  while (!signal.aborted) {
    dueMs += (-Math.log(1 - random()) * 1000) / ratePerSecond;
    const waitMs = dueMs - machineNow();
    if (waitMs > 0.5) await delay(waitMs);
    const one = ask(transport, random, counts).then(() => void asked.delete(one));
    asked.add(one);
  }
  await Promise.all(asked);
  await transport.close();
};
