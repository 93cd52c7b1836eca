import {once} from 'node:events';
import {type AddressInfo, createServer, type Socket} from 'node:net';
import {machineNow} from '../../load/clock.ts';
import {embeddingReply, jsonReply, streamWrites} from '../../load/reply-bytes.ts';
import {RequestReader} from '../../load/request-reader.ts';

/** Tokens of a streamed answer, and the time from one to the next. */
const streamed = {tokens: 32, gapMs: 10} as const;
/** Of one streamed answer. */
export const streamMs = streamed.tokens * streamed.gapMs;
export const documents = 8;
const dimensions = 768;

const notFound = jsonReply({error: {message: 'not served here'}}, '404 Not Found');

/** Replies in one piece, by path. */
const whole: Readonly<Record<string, Buffer>> = {
  '/v1/embeddings': embeddingReply(1, dimensions),
  '/v1/rerank': jsonReply({
    results: Array.from({length: documents}, (_, index) => ({index, relevance_score: 1 / (index + 2)})),
  }),
  '/v1/chat/completions': jsonReply({
    choices: [{index: 0, message: {role: 'assistant', content: 'word '.repeat(32)}, finish_reason: 'stop'}],
    usage: {prompt_tokens: 128, completion_tokens: 32, total_tokens: 160},
  }),
};

/** In the events, as long as a stamp of the machine's clock in whole microseconds, which takes its place. */
const stampDigits = 15;
const blank = '#'.repeat(stampDigits);
const stampOf = (atMs: number) => String(Math.round(atMs * 1000)).padStart(stampDigits, '0');

/** Each write of a stream, and where in it the stamp goes. The first has the head; the last `[DONE]`. */
const stampable = streamWrites(streamed.tokens).map((bytes, index) => {
  // The chunk before `word` grows with it, and with that its size in hexadecimal.
  const text = bytes.toString();
  const word = `" word${index}"`;
  const at = text.indexOf(word);
  const sizeEnd = text.lastIndexOf('\r\ndata: ', at);
  const sizeStart = text.lastIndexOf('\n', sizeEnd - 1) + 1;
  const size = Number.parseInt(text.slice(sizeStart, sizeEnd), 16) + blank.length + 2 - word.length;
  const body = `${text.slice(0, sizeStart)}${size.toString(16)}${text.slice(sizeEnd, at)}"${blank}"${text.slice(at + word.length)}`;
  return {bytes: Buffer.from(body), at: body.indexOf(blank)};
});

const writeStamped = (socket: Socket, index: number) => {
  const {bytes, at} = stampable[index] as (typeof stampable)[number];
  const stamped = Buffer.from(bytes);
  stamped.write(stampOf(machineNow()), at, 'latin1');
  socket.write(stamped);
};

/** The first token at once, the rest by absolute times: one that is late makes none of the next ones late. */
const stream = (socket: Socket) => {
  const startedMs = machineNow();
  let index = 0;
  const next = () => {
    if (socket.destroyed) return;
    writeStamped(socket, index);
    index += 1;
    if (index < streamed.tokens) setTimeout(next, Math.max(0, startedMs + index * streamed.gapMs - machineNow()));
  };
  next();
};

const listen = async (onPost: (socket: Socket, path: string) => void) => {
  const sockets = new Set<Socket>();
  const server = createServer({noDelay: true}, socket => {
    sockets.add(socket);
    const reader = new RequestReader(({path}) => onPost(socket, path));
    socket.on('data', bytes => reader.feed(bytes));
    socket.on('error', () => {}); // a caller that goes away is not the engine's failure
    socket.on('close', () => sockets.delete(socket));
  }).listen({port: 0, host: '127.0.0.1', backlog: 4096});
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.dispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
};

export interface NullEngine extends Disposable {
  /** Where every chat is answered in one piece. */
  readonly whole: string;
  /** Where every chat is streamed, each token with the time at which it was written. */
  readonly streamed: string;
}

/** An engine that has its answers ready, as OpenAI's API words them. */
export const startNullEngine = async (): Promise<NullEngine> => {
  const [wholes, streams] = [
    await listen((socket, path) => socket.write(whole[path] ?? notFound)),
    await listen(stream),
  ];
  return {
    whole: wholes.url,
    streamed: streams.url,
    [Symbol.dispose]() {
      wholes[Symbol.dispose]();
      streams[Symbol.dispose]();
    },
  };
};

/** When the tokens in these bytes were written, in ms of the machine's clock. */
export const stampsIn = (text: string): number[] =>
  [...text.matchAll(/"(\d{15})"/g)].map(([, stamp]) => Number(stamp) / 1000);
