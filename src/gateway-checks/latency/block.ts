import {setTimeout as delay} from 'node:timers/promises';
import {machineClock, machineNow} from '../../load/clock.ts';
import {netTransport} from '../../load/net-transport.ts';
import type {HttpRequest, Transport} from '../../load/transport.ts';
import {seededRandom} from '../../workloads/random.ts';
import {stampsIn, streamMs} from './null-engine.ts';

/** One kind of request for some time, at a rate or by so many at once. */
export interface BlockJob {
  readonly url: string;
  readonly path: string;
  readonly body: string;
  readonly load: {readonly ratePerSecond: number} | {readonly parallel: number};
  readonly seconds: number;
  readonly seed: number;
}

/** In ms. Of streams only the last two have values, of the rest only the first. */
export interface BlockTimes {
  /** From sending to the last byte. */
  readonly whole: Float64Array;
  /** From sending to the first token. */
  readonly firstToken: Float64Array;
  /** From the engine's writing of a later token to its arrival. */
  readonly token: Float64Array;
  readonly failed: number;
  /** Requests that were sent, those of the warm-up among them. */
  readonly sent: number;
}

const decoder = new TextDecoder();

/** What one client sends and sees; its connections are opened before. */
class Client {
  readonly whole: number[] = [];
  readonly firstToken: number[] = [];
  readonly token: number[] = [];
  failed = 0;
  sent = 0;
  readonly #transport: Transport;
  readonly #request: HttpRequest;

  constructor(transport: Transport, {path, body}: Pick<BlockJob, 'path' | 'body'>) {
    this.#transport = transport;
    const headers = {'content-type': 'application/json', 'x-request-id': 'bench'};
    this.#request = {method: 'POST', path, headers, body: Buffer.from(body)};
  }

  ask(): Promise<void> {
    const {promise, resolve} = Promise.withResolvers<void>();
    let [sentMs, status, tokens] = [0, 0, 0];
    this.sent += 1;
    this.#transport.send(this.#request, {
      onSent: atMs => {
        sentMs = atMs;
      },
      onHead: code => {
        status = code;
      },
      onBytes: (buffer, start, end, atMs) => {
        for (const writtenMs of stampsIn(decoder.decode(buffer.subarray(start, end)))) {
          if (tokens === 0) this.firstToken.push(atMs - sentMs);
          else this.token.push(atMs - writtenMs);
          tokens += 1;
        }
      },
      onEnd: atMs => {
        if (status !== 200) this.failed += 1;
        else if (tokens === 0) this.whole.push(atMs - sentMs);
        resolve();
      },
      onError: () => {
        this.failed += 1;
        resolve();
      },
    });
    return promise;
  }
}

/** Poisson arrivals: requests of a service do not come in step. */
const atRate = async (client: Client, ratePerSecond: number, untilMs: number, random: () => number) => {
  const asked: Promise<void>[] = [];
  let dueMs = machineNow();
  while (dueMs < untilMs) {
    dueMs += (-Math.log(1 - random()) * 1000) / ratePerSecond;
    const waitMs = dueMs - machineNow();
    if (waitMs > 0.5) await delay(waitMs);
    asked.push(client.ask());
  }
  await Promise.all(asked);
};

const inParallel = async (client: Client, parallel: number, untilMs: number) => {
  // Spread over the length of an answer: in step they would all wait for one another.
  const one = async (index: number) => {
    await delay((index * streamMs) / parallel);
    while (machineNow() < untilMs) await client.ask();
  };
  await Promise.all(Array.from({length: parallel}, (_, index) => one(index)));
};

const connections = 64;
/** Connections and code are warm after it. */
const warmUpRequests = 64;

export const runBlock = async ({url, load, seconds, seed, ...asked}: BlockJob): Promise<BlockTimes> => {
  const transport = netTransport(url, machineClock);
  await transport.open(connections);
  const warmUp = new Client(transport, asked);
  await Promise.all(Array.from({length: warmUpRequests}, () => warmUp.ask()));
  const client = new Client(transport, asked);
  const untilMs = machineNow() + seconds * 1000;
  if ('parallel' in load) await inParallel(client, load.parallel, untilMs);
  else await atRate(client, load.ratePerSecond, untilMs, seededRandom(seed, 'gateway-latency'));
  await transport.close();
  const {whole, firstToken, token, failed} = client;
  return {
    whole: Float64Array.from(whole),
    firstToken: Float64Array.from(firstToken),
    token: Float64Array.from(token),
    failed,
    sent: warmUpRequests + client.sent,
  };
};
