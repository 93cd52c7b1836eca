import {once} from 'node:events';
import {createServer} from 'node:http';
import type {AddressInfo} from 'node:net';
import {CutoverError, reasonOf} from '../errors.ts';
import type {SimulatorConfig} from './config.ts';
import {monotonicMs} from './driver.ts';
import {evidenceHeader} from './exchange.ts';
import {answer} from './routes.ts';
import {createService} from './service.ts';
import type {TruthRow} from './truth.ts';

export interface RunningSimulator extends AsyncDisposable {
  /** Origin without a trailing slash. */
  readonly url: string;
  /** Where a prefill server is asked for what it computed; null of every other one. */
  readonly bootstrapPort: number | null;
  /** The requests that have ended, in the order in which they came. */
  truth(): readonly TruthRow[];
  /** Aborted when the fault `dies`, or a card without memory, has closed the server; the reason is an Error that says so. */
  readonly died: AbortSignal;
}

const badRequest = `HTTP/1.1 400 Bad Request\r\n${evidenceHeader.join(': ')}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`;

/**
 * Starts a simulated engine; disposing it closes every socket at once.
 * Throws ENGINE_DID_NOT_START when the port cannot be had.
 */
export const startSimulator = async (config: SimulatorConfig): Promise<RunningSimulator> => {
  const service = createService(config);
  const server = createServer((request, response) => {
    const receivedMs = monotonicMs();
    request.socket.setNoDelay(true);
    response.setHeader(...evidenceHeader);
    // Not at once: requests that came together are all stamped before the first of them is worked on.
    setImmediate(() => void answer(service, {request, response, receivedMs}));
  });
  server.on('checkExpectation', (_, response) => response.writeHead(417, [...evidenceHeader]).end());
  server.on('clientError', (_, socket) => {
    if (socket.writable) socket.end(badRequest);
    else socket.destroy();
  });

  try {
    server.listen(config.port, config.host);
    await once(server, 'listening');
  } catch (cause) {
    const message = `the simulated engine cannot listen on ${config.host}:${config.port}: ${reasonOf(cause)}`;
    throw new CutoverError('ENGINE_DID_NOT_START', message, {hint: 'Choose another port, or 0 for a free one.', cause});
  }

  const {port} = server.address() as AddressInfo;
  let death: NodeJS.Timeout | undefined;
  const stop = async () => {
    clearTimeout(death);
    service.card.stop();
    service.engine.stop();
    await service.part?.stop();
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  };
  const listening = service.part?.listen(port) ?? Promise.resolve(null);
  const bootstrapPort = await listening.catch(async (error: unknown) => {
    await stop();
    throw error;
  });
  const died = new AbortController();
  const deadly = config.faults.find(fault => fault.kind === 'dies');
  const die = async (why: string) => {
    await stop();
    died.abort(new Error(why));
  };
  if (deadly !== undefined)
    death = setTimeout(
      die,
      deadly.atMs,
      `the simulated engine died ${deadly.atMs} ms after its start, as its fault "dies" asked for`,
    );
  service.card.full.addEventListener('abort', () =>
    die('CUDA out of memory: the simulated engine has taken all of its card'),
  );

  service.fatal.signal.addEventListener('abort', () => die(reasonOf(service.fatal.signal.reason)));

  return {
    bootstrapPort,
    url: `http://127.0.0.1:${port}`,
    truth: service.truth.rows,
    died: died.signal,
    [Symbol.asyncDispose]: stop,
  };
};
