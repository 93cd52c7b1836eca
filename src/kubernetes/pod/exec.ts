import {PassThrough} from 'node:stream';
import type {V1Status} from '@kubernetes/client-node';
import type {Cluster} from '../connect.ts';
import {socketRefusal} from './socket-refusal.ts';

/** Of the `ws` package, which brings no types. */
interface ChannelSocket {
  send(data: Uint8Array): void;
  pause(): void;
  resume(): void;
  terminate(): void;
  onclose: ((event: {readonly code: number}) => void) | null;
}

export interface PodContainer {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
}

export interface ExecOptions {
  /** Closed after it; of several texts each is sent as it comes. */
  readonly stdin?: string | AsyncIterable<string>;
  /** Without a byte or an end for so long it is broken off; opening the connection counts. */
  readonly idleMs: number;
  readonly signal: AbortSignal;
}

/** The command ran, and ended with another exit code than 0. */
export class ExecFailed extends Error {
  readonly exitCode: number;

  constructor(exitCode: number, said: string) {
    super(said.trim() || `exit code ${exitCode}`);
    this.exitCode = exitCode;
  }
}

const [stdinChannel, stdoutChannel, stderrChannel, statusChannel, closeChannel] = [0, 1, 2, 3, 255];
/** What may wait for its reader before the server is asked to pause. */
const heldBytes = 4 * 2 ** 20;

/**
 * Runs a command in a pod's container and yields what it writes to stdout. Throws `ExecFailed`, an error with the HTTP
 * status as its `code` where the server refuses, or what broke the connection.
 */
export async function* execInPod(
  {config}: Pick<Cluster, 'config'>,
  {namespace, pod, container}: PodContainer,
  command: readonly string[],
  {stdin, idleMs, signal}: ExecOptions,
): AsyncGenerator<Buffer, undefined> {
  const {Exec} = await import('@kubernetes/client-node');
  // By itself the handler would close this program's own stdout when a command closes its.
  const streams = {stdin: new PassThrough(), stdout: new PassThrough(), stderr: new PassThrough()};
  const handler = Object.assign(new Exec(config).handler, {streams});
  const query = new URLSearchParams({container, stdout: 'true', stderr: 'true', tty: 'false'});
  if (stdin !== undefined) query.set('stdin', 'true');
  for (const word of command) query.append('command', word);

  const held: Buffer[] = [];
  let bytes = 0;
  let said = '';
  let status: V1Status | null = null;
  let broken: unknown = null;
  let wake = Promise.withResolvers<void>();
  let socket: ChannelSocket | null = null;
  const end = (why: unknown) => {
    broken ??= why;
    wake.resolve();
  };
  let idle = setTimeout(() => {}, 0);
  const stir = () => {
    clearTimeout(idle);
    idle = setTimeout(() => end(new Error(`no byte came for ${idleMs} ms`)), idleMs);
  };
  const onAbort = () => end(signal.reason);
  signal.addEventListener('abort', onAbort);
  if (signal.aborted) onAbort();
  stir();

  const take = (channel: number, message: Buffer): boolean => {
    stir();
    if (message.length === 0) return true; // each channel begins with such a one
    if (channel === stdoutChannel) {
      held.push(message);
      bytes += message.length;
      if (bytes > heldBytes) socket?.pause();
    } else if (channel === stderrChannel) said = `${said}${message}`.slice(-4000);
    else if (channel === statusChannel) status = JSON.parse(message.toString());
    wake.resolve();
    return true;
  };
  try {
    const path = `/api/v1/namespaces/${namespace}/pods/${pod}/exec?${query}`;
    const connecting: Promise<ChannelSocket> = handler.connect(path, null, take).then(open => {
      // One that opens too late is not wanted any more.
      if (broken !== null) open.terminate();
      return open;
    });
    connecting.then(
      open => {
        socket = open;
        open.onclose = ({code}) => end(new Error(`the connection to pod ${pod} broke (WebSocket code ${code})`));
        if (stdin === undefined) return;
        write(open, typeof stdin === 'string' ? [stdin] : stdin).catch(end);
      },
      (thrown: unknown) => end(socketRefusal(thrown, 'pods/exec')),
    );
    for (;;) {
      for (let chunk = held.shift(); chunk !== undefined; chunk = held.shift()) {
        bytes -= chunk.length;
        if (bytes <= heldBytes) (socket as ChannelSocket | null)?.resume();
        yield chunk;
        stir(); // the reader's own time is none of the server's
      }
      if (status !== null) return finish(status, said);
      if (broken !== null) throw broken;
      await wake.promise;
      wake = Promise.withResolvers();
    }
  } finally {
    clearTimeout(idle);
    signal.removeEventListener('abort', onAbort);
    broken ??= new Error('ended');
    (socket as ChannelSocket | null)?.terminate();
  }
}

const write = async (socket: ChannelSocket, texts: Iterable<string> | AsyncIterable<string>): Promise<void> => {
  for await (const text of texts) socket.send(Buffer.concat([Buffer.of(stdinChannel), Buffer.from(text)]));
  socket.send(Buffer.of(closeChannel, stdinChannel));
};

const finish = ({status, reason, message, details}: V1Status, said: string): undefined => {
  if (status === 'Success') return;
  const exitCode = details?.causes?.find(cause => cause.reason === 'ExitCode')?.message;
  if (reason === 'NonZeroExitCode' && exitCode !== undefined) throw new ExecFailed(Number(exitCode), said);
  throw new Error(message ?? 'the command could not be run');
};
