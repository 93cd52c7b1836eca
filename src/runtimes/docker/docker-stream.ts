import type {IncomingMessage} from 'node:http';
import type Docker from 'dockerode';

interface Call {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/**
 * The answer of Docker as it comes; iterating throws when the connection breaks. The client's own calls for `wait` and for
 * logs that are not followed would then never return: they wait for an end that does not come.
 * Rejects with the client's error, which has a `statusCode`, when Docker refuses.
 */
export const dockerStream = (docker: Docker, {method, path, query, signal}: Call): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    const statusCodes = {200: true, 404: 'no such container', 409: 'conflict', 500: 'server error'};
    const dial = {
      path: `${path}?`,
      options: query,
      method,
      isStream: true,
      statusCodes,
      ...(signal && {abortSignal: signal}),
    };
    docker.modem.dial(dial, (failure, result) => {
      if (failure !== null) return reject(failure);
      const answer = result as IncomingMessage; // what `isStream` gives
      // A Docker host that has lost its power sends no end.
      answer.socket.setKeepAlive(true, 30_000);
      answer.on('error', () => {}); // also told to whoever iterates
      resolve(answer);
    });
  });
