import {once} from 'node:events';
import {connect, type Socket} from 'node:net';
import {streamEnding} from '../reply-bytes.ts';

export interface DrainJob {
  readonly port: number;
  /** Length of every reply, head included. */
  readonly replyBytes: number;
  /** Whether replies end in `[DONE]`. */
  readonly streamed: boolean;
  readonly path: string;
  readonly body: string;
  readonly connections: number;
  /** One of the two ends the load. */
  readonly requests: number | null;
  readonly durationSeconds: number | null;
}

export interface Drained {
  readonly requests: number;
  readonly bytes: number;
  /** Replies that ended in `[DONE]`. */
  readonly done: number;
  /** How long every slot ran, from its first send to its last end, added up. */
  readonly slotsMs: number;
}

/** Slots start within this time, as the load client's do, so that both meet the same server. */
const startMs = 50;

/**
 * The least that a client in this runtime can do for a reply: read it into one buffer for all sockets, count its bytes
 * and look at its end. What the load client costs beyond this is what it learns.
 */
export const drain = async (job: DrainJob): Promise<Drained> => {
  const {port, replyBytes, streamed, path, body, connections, requests, durationSeconds} = job;
  const request = (index: number) =>
    `POST ${path} HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\ncontent-type: application/json\r\nx-request-id: drain-${index}\r\n` +
    `content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
  const buffer = Buffer.alloc(64 * 1024);
  let [sent, ended, bytes, done] = [0, 0, 0, 0];
  let untilMs = Number.POSITIVE_INFINITY;

  const open = async () => {
    let left = 0;
    let startedMs = 0;
    let socket: Socket | null = null;
    const finished = Promise.withResolvers<number>();
    const next = () => {
      if (sent >= (requests ?? Number.POSITIVE_INFINITY) || performance.now() >= untilMs)
        return finished.resolve(startedMs === 0 ? 0 : performance.now() - startedMs);
      startedMs ||= performance.now();
      left = replyBytes;
      socket?.write(request(sent));
      sent += 1;
    };
    socket = connect({
      port,
      host: '127.0.0.1',
      noDelay: true,
      onread: {
        buffer,
        callback(read) {
          bytes += read;
          left -= read;
          if (left > 0) return true;
          ended += 1;
          if (streamed && buffer.subarray(Math.max(0, read - streamEnding.length), read).equals(streamEnding))
            done += 1;
          next();
          return true;
        },
      },
    });
    socket.on('error', finished.reject);
    // After an error this changes nothing.
    socket.on('close', () => finished.reject(new Error('the server closed a connection')));
    await once(socket, 'connect');
    return {socket, next, finished: finished.promise};
  };

  const slots = await Promise.all(Array.from({length: connections}, open));
  if (durationSeconds !== null) untilMs = performance.now() + durationSeconds * 1000;
  for (const [index, {next}] of slots.entries()) setTimeout(next, Math.min(index, (index * startMs) / connections));
  const slotsMs = await Promise.all(slots.map(({finished}) => finished));
  for (const {socket} of slots) socket.destroy();
  return {requests: ended, bytes, done, slotsMs: slotsMs.reduce((sum, ms) => sum + ms, 0)};
};
