import {once} from 'node:events';
import {type AddressInfo, createServer, type Socket} from 'node:net';
import {normal, seededRandom} from '../../workloads/random.ts';
import {machineNow} from '../clock.ts';
import {embeddingReply, jsonReply, streamWrites} from '../reply-bytes.ts';
import {RequestReader} from '../request-reader.ts';
import {waitedForCoreMs} from './disturbance.ts';
import {TimerWheel} from './timer-wheel.ts';
import type {RequestTruth, Truth} from './truth.ts';

/** From reading a request to its first token. */
export type FirstTokenDelay =
  | {readonly kind: 'fixed'; readonly ms: number}
  | {readonly kind: 'lognormal'; readonly medianMs: number; readonly sigma: number; readonly seed: number};

/** How the server answers whatever is posted. */
export type Answer =
  | {
      readonly mode: 'paced';
      readonly tokens: number;
      readonly firstToken: FirstTokenDelay;
      readonly gapMs: number;
      /** After every so many requests nothing is written for `ms`; null: never. */
      readonly stall: {readonly every: number; readonly ms: number} | null;
    }
  /** The whole stream without delay, so many tokens a write. */
  | {readonly mode: 'null'; readonly tokens: number; readonly tokensPerWrite: number}
  /** Each reply in one write, `delayMs` after its request was read, by a timer. */
  | {readonly mode: 'embed'; readonly texts: number; readonly dimensions: number; readonly delayMs: number};

/** Writes in one turn of the event loop: what has arrived meanwhile must be read, and stamped, soon. */
const writesPerTurn = 32;

const models = jsonReply({object: 'list', data: [{id: 'mock', object: 'model', max_model_len: 8192}]});
const notFound = jsonReply({error: {message: 'not served here'}}, '404 Not Found');

interface Stream {
  readonly socket: Socket;
  readonly writtenMs: number[];
  /** When the next token is written. */
  dueMs: number;
}

const delays = (firstToken: FirstTokenDelay): (() => number) => {
  if (firstToken.kind === 'fixed') return () => firstToken.ms;
  const random = seededRandom(firstToken.seed, 'first-token');
  return () => firstToken.medianMs * Math.exp(firstToken.sigma * normal(random));
};

/**
 * Token streams with absolute deadlines, for as long as there are any. It spins meanwhile, on a core of its own: a timer
 * would be late by a millisecond and write in bursts.
 */
class Pacer {
  stalledUntilMs = 0;
  active = 0;
  activeMax = 0;
  readonly #writes: readonly Buffer[];
  readonly #gapMs: number;
  readonly #wheel = new TimerWheel<Stream>();
  #running = false;

  constructor(writes: readonly Buffer[], gapMs: number) {
    this.#writes = writes;
    this.#gapMs = gapMs;
  }

  start(stream: Stream): void {
    this.active += 1;
    this.activeMax = Math.max(this.activeMax, this.active);
    this.#wheel.add(stream);
    if (this.#running) return;
    this.#running = true;
    setImmediate(this.#turn);
  }

  readonly #turn = () => {
    if (machineNow() >= this.stalledUntilMs)
      for (let written = 0; written < writesPerTurn; written += 1) {
        const stream = this.#wheel.takeDue(machineNow());
        if (stream === null) break;
        this.#write(stream);
      }
    this.#running = this.#wheel.size > 0;
    if (this.#running) setImmediate(this.#turn);
  };

  #write(stream: Stream): void {
    const {socket, writtenMs} = stream;
    const bytes = this.#writes[writtenMs.length];
    writtenMs.push(machineNow());
    if (bytes !== undefined && !socket.destroyed) socket.write(bytes);
    if (writtenMs.length === this.#writes.length || socket.destroyed) this.active -= 1;
    else {
      stream.dueMs += this.#gapMs;
      this.#wheel.add(stream);
    }
  }
}

export interface PacedServer extends AsyncDisposable {
  readonly port: number;
  /** Length of every reply to a POST, which are all alike. */
  readonly replyBytes: number;
}

/** Answers every POST as told, GET /v1/models as OpenAI does, and GET /truth with what it did and when. */
export const startPacedServer = async (answer: Answer): Promise<PacedServer> => {
  const writes =
    answer.mode === 'embed' ? [embeddingReply(answer.texts, answer.dimensions)] : streamWrites(answer.tokens);
  const perWrite = answer.mode === 'null' ? answer.tokensPerWrite : writes.length;
  const atOnce = Array.from({length: Math.ceil(writes.length / perWrite)}, (_, index) =>
    Buffer.concat(writes.slice(index * perWrite, (index + 1) * perWrite)),
  );
  const eventsPerReply = answer.mode === 'embed' ? 0 : answer.tokens;
  const pacer = new Pacer(writes, answer.mode === 'paced' ? answer.gapMs : 0);
  const firstTokenMs = answer.mode === 'paced' ? delays(answer.firstToken) : () => 0;
  const stall = answer.mode === 'paced' ? answer.stall : null;
  const requests: RequestTruth[] = [];
  const sockets = new Set<Socket>();
  let connectionsMax = 0;

  const onPost = (socket: Socket, id: string) => {
    const readMs = machineNow();
    if (answer.mode !== 'paced') {
      const reply = () => {
        requests.push({id, readMs, writtenMs: [machineNow()], plannedMs: 0});
        for (const bytes of atOnce) socket.write(bytes);
      };
      if (answer.mode === 'embed' && answer.delayMs > 0) setTimeout(reply, answer.delayMs);
      else reply();
      return;
    }
    const delayMs = firstTokenMs();
    const writtenMs: number[] = [];
    requests.push({id, readMs, writtenMs, plannedMs: delayMs + (answer.tokens - 1) * answer.gapMs});
    if (stall !== null && requests.length % stall.every === 0) pacer.stalledUntilMs = readMs + stall.ms;
    pacer.start({socket, writtenMs, dueMs: readMs + delayMs});
  };

  const truth = (): Truth => ({
    requests,
    events: requests.reduce(
      (sum, {writtenMs}) => sum + (answer.mode === 'paced' ? writtenMs.length : eventsPerReply),
      0,
    ),
    streamsMax: pacer.activeMax,
    connectionsMax,
    waitedForCoreMs: waitedForCoreMs(),
  });

  const server = createServer({noDelay: true}, socket => {
    sockets.add(socket);
    connectionsMax = Math.max(connectionsMax, sockets.size);
    const reader = new RequestReader(({method, path, id}) => {
      if (method === 'POST') onPost(socket, id);
      else socket.write(path === '/v1/models' ? models : path === '/truth' ? jsonReply(truth()) : notFound);
    });
    socket.on('data', bytes => reader.feed(bytes));
    socket.on('error', () => {}); // a client that goes away is not the server's failure
    socket.on('close', () => sockets.delete(socket));
  });
  server.listen({port: 0, host: '127.0.0.1', backlog: 4096});
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    replyBytes: writes.reduce((sum, {length}) => sum + length, 0),
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
};
