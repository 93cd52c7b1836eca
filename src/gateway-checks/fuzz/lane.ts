import {once} from 'node:events';
import {connect, type Socket} from 'node:net';
import {setTimeout as delay} from 'node:timers/promises';
import type {FuzzCase} from './case.ts';
import {ReplyReader, type WholeReply} from './reply-reader.ts';

export interface Played {
  readonly replies: readonly WholeReply[];
  /** What went wrong with the connection; null for nothing. */
  readonly problem: string | null;
}

/** Without a byte for so long, nothing more is waited for. */
const quietMs = 25;
const patienceMs = 20_000;

/** What a connection has said, and a bell for whoever waits. */
class Listening {
  readonly reader: ReplyReader;
  problem: string | null = null;
  closed = false;
  #bell = Promise.withResolvers<void>();

  constructor(socket: Socket, headOnly: boolean) {
    this.reader = new ReplyReader(headOnly);
    const ring = () => {
      this.#bell.resolve();
      this.#bell = Promise.withResolvers();
    };
    socket.on('data', bytes => {
      try {
        this.reader.feed(bytes);
      } catch (thrown) {
        this.problem = (thrown as Error).message;
      }
      ring();
    });
    socket.on('close', () => {
      this.closed = true;
      ring();
    });
    // A connection that is reset in the middle of nonsense is an answer too.
    socket.on('error', () => {});
  }

  /** False where nothing came within `ms`. */
  heard(ms: number): Promise<boolean> {
    if (this.closed) return Promise.resolve(true);
    const timer = Promise.withResolvers<boolean>();
    const timeout = setTimeout(timer.resolve, ms, false);
    return Promise.race([this.#bell.promise.then(() => true), timer.promise]).finally(() => clearTimeout(timeout));
  }
}

const opened = async (port: number): Promise<Socket> => {
  const socket = connect({port, host: '127.0.0.1', noDelay: true, allowHalfOpen: true});
  await once(socket, 'connect');
  return socket;
};

const write = async (socket: Socket, {pieces, pauseMs}: FuzzCase) => {
  for (const [index, piece] of pieces.entries()) {
    if (index > 0) await delay(pauseMs);
    if (!socket.writable) return;
    socket.write(piece);
  }
};

const playAlone = async (port: number, played: FuzzCase): Promise<Played> => {
  const socket = await opened(port);
  socket.on('end', () => socket.end());
  const heard = new Listening(socket, false);
  await write(socket, played);
  while (!heard.closed && (await heard.heard(quietMs)));
  if (!heard.closed && played.ending === 'reset') socket.resetAndDestroy();
  else socket.end();
  const until = performance.now() + patienceMs;
  while (!heard.closed && performance.now() < until) await heard.heard(patienceMs);
  const hung = heard.closed ? null : 'the connection is not closed';
  socket.destroy();
  const cut = heard.reader.unfinished > 0 && played.ending === 'half-close' ? 'the last reply is cut off' : null;
  return {replies: heard.reader.replies, problem: heard.problem ?? hung ?? cut};
};

/** Plays one case after the other; those of good form on one connection, as long as the gateway keeps it open. */
export class Lane {
  readonly #port: number;
  #kept: Socket | null = null;

  constructor(port: number) {
    this.#port = port;
  }

  async play(played: FuzzCase): Promise<Played> {
    const {replies: wanted} = played;
    if (wanted === null) return playAlone(this.#port, played);
    const socket = this.#kept?.writable === true && !this.#kept.readableEnded ? this.#kept : await opened(this.#port);
    this.#kept = socket;
    socket.removeAllListeners();
    const heard = new Listening(socket, played.method === 'HEAD');
    socket.on('end', () => socket.end());
    await write(socket, played);
    const {replies} = heard.reader;
    const until = performance.now() + patienceMs;
    while (replies.length < wanted && !heard.closed && heard.problem === null && performance.now() < until)
      await heard.heard(patienceMs);
    const missing = replies.length < wanted ? (heard.closed ? 'closed without a reply' : 'no reply in time') : null;
    const problem = heard.problem ?? missing;
    if (problem !== null || replies.at(-1)?.keepsAlive === false) this.close();
    return {replies, problem};
  }

  close(): void {
    this.#kept?.destroy();
    this.#kept = null;
  }
}
