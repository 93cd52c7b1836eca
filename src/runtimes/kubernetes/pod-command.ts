import {PassThrough, Writable} from 'node:stream';
import {setTimeout as delay} from 'node:timers/promises';
import type {KubeConfig, V1Status} from '@kubernetes/client-node';
import {splitLines} from '../../gpu/lines.ts';

export interface PodContainer {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
}

interface ExecSocket {
  terminate(): void;
  addEventListener(event: 'close', listener: () => void): void;
}

const graceMs = 2000;

/** Ends its command when its input ends: that of an exec whose connection is gone runs on otherwise. */
const leashed = ['/bin/sh', '-c', '"$@" & cat >/dev/null; kill $!; wait', 'sh'];

const exitCodeOf = ({status, details}: V1Status): number | null => {
  if (status === 'Success') return 0;
  const code = details?.causes?.find(({reason}) => reason === 'ExitCode')?.message;
  return code === undefined ? null : Number(code);
};

interface Running {
  /** Its exit code; null where it could not be started, or the connection broke. */
  readonly ended: Promise<number | null>;
  readonly socket: ExecSocket;
}

const startInPod = async (
  config: KubeConfig,
  {namespace, pod, container}: PodContainer,
  command: readonly string[],
  onText: (text: string) => void,
  stdin: PassThrough | null,
): Promise<Running> => {
  const {Exec} = await import('@kubernetes/client-node');
  const decoder = new TextDecoder();
  const stdout = new Writable({
    write(bytes: Buffer, _encoding, taken) {
      onText(decoder.decode(bytes, {stream: true}));
      taken();
    },
  });
  const nowhere = new Writable({write: (_bytes, _encoding, taken) => taken()});
  const ended = Promise.withResolvers<number | null>();
  const socket: ExecSocket = await new Exec(config).exec(
    namespace,
    pod,
    container,
    [...command],
    stdout,
    nowhere,
    stdin,
    false,
    status => ended.resolve(exitCodeOf(status)),
  );
  socket.addEventListener('close', () => ended.resolve(null));
  return {ended: ended.promise, socket};
};

/** What a command in a container prints; null where it cannot be run, fails or does not end in time. */
export const readInPod = async (
  config: KubeConfig,
  place: PodContainer,
  command: readonly string[],
  limitMs: number,
): Promise<string | null> => {
  let text = '';
  const add = (piece: string) => {
    text += piece;
  };
  try {
    const {ended, socket} = await startInPod(config, place, command, add, null);
    const code = await Promise.race([ended, delay(limitMs, null, {ref: false})]);
    socket.terminate();
    return code === 0 ? text : null;
  } catch {
    return null; // a container without it, a user who may not
  }
};

/** Starts a command that does not end by itself, and hands on each line until it is disposed of. Rejects where it may not be started. */
export const followInPod = async (
  config: KubeConfig,
  place: PodContainer,
  command: readonly string[],
  onLine: (line: string) => void,
): Promise<AsyncDisposable> => {
  const stdin = new PassThrough();
  const {ended, socket} = await startInPod(config, place, [...leashed, ...command], splitLines(onLine), stdin);
  return {
    async [Symbol.asyncDispose]() {
      stdin.end();
      await Promise.race([ended, delay(graceMs, null, {ref: false})]);
      socket.terminate();
    },
  };
};
