import {Client} from 'undici';
import {reasonOf} from '../errors.ts';
import {ConnectionRefused, Refusal} from './refusal.ts';

/**
 * Both engines' web server closes a connection after 5 s without a request. It is not used again after 4 s, so that no
 * request meets that end: to send one again instead could have a chat answered twice.
 */
const idleMs = 4000;
const connectTimeoutMs = 10_000;

/** What comes back, in this order; after `onEnd` or `onError`, or an abort, nothing more. */
interface ReplyListener {
  /** The connection is there, and the request is about to be written. */
  onSent(): void;
  onHead(status: number, contentType: string): void;
  /** The bytes are the listener's to keep. */
  onData(bytes: Buffer): void;
  onEnd(): void;
  onError(refusal: Refusal): void;
}

export interface Sending {
  /** Closes its connection, so that the engine stops. */
  abort(): void;
  /** Stops reading until `resume`. */
  pause(): void;
  resume(): void;
}

/** Connections to one origin, kept open between requests and never shared by two at a time. */
export interface Connections {
  post(path: string, body: string | Buffer, requestId: string, listener: ReplyListener): Sending;
  /** Aborts what is on the way. */
  close(): Promise<void>;
}

/**
 * Each connection is a client of its own, the last one used first: undici's Pool looks through all of them for each request.
 */
export const connectionsTo = (origin: string): Connections => {
  const idle: Client[] = [];
  const clients = new Set<Client>();
  const drop = (client: Client) => {
    clients.delete(client);
    void client.destroy();
  };
  const open = (): Client => {
    const client = new Client(origin, {
      allowH2: false,
      connect: {timeout: connectTimeoutMs},
      keepAliveTimeout: idleMs,
      keepAliveMaxTimeout: idleMs,
      // One deadline for the whole reply is the gateway's.
      headersTimeout: 0,
      bodyTimeout: 0,
    });
    clients.add(client);
    // A rush opens many: those that nobody needs any more end with their connections.
    client.on('disconnect', () => {
      const place = idle.indexOf(client);
      if (place < 0) return;
      idle.splice(place, 1);
      drop(client);
    });
    return client;
  };

  return {
    post(path, body, requestId, listener) {
      const client = idle.pop() ?? open();
      let [over, sent] = [false, false];
      let flow: {pause(): void; resume(): void} | null = null;
      client.dispatch(
        {
          method: 'POST',
          path,
          headers: ['content-type', 'application/json', 'x-request-id', requestId],
          body,
        },
        {
          onRequestStart(controller) {
            flow = controller;
            sent = true;
            if (!over) listener.onSent();
          },
          onResponseStart(_, status, {'content-type': type}) {
            if (!over && status >= 200) listener.onHead(status, typeof type === 'string' ? type : '');
          },
          onResponseData(_, bytes) {
            if (!over) listener.onData(bytes);
          },
          onResponseEnd() {
            if (over) return;
            over = true;
            idle.push(client);
            listener.onEnd();
          },
          onResponseError(_, error) {
            if (over) return;
            over = true;
            drop(client);
            listener.onError(refusalOf(error, sent));
          },
        },
      );
      return {
        abort() {
          if (over) return;
          over = true;
          drop(client);
        },
        pause: () => flow?.pause(),
        resume: () => flow?.resume(),
      };
    },
    async close() {
      await Promise.all([...clients].map(client => client.destroy()));
    },
  };
};

/** What was sent may have been done: then there is no advice to send it again. */
const refusalOf = (error: Error, sent: boolean): Refusal => {
  const reason = reasonOf(error);
  if (sent) return new Refusal('engine_failed', `The connection to the engine broke: ${reason}`);
  if ((error as NodeJS.ErrnoException).code === 'ECONNREFUSED') return new ConnectionRefused(reason);
  return new Refusal('engine_unavailable', `The engine cannot be reached: ${reason}`);
};
