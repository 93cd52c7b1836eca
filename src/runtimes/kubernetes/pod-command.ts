import {PassThrough} from 'node:stream';
import {splitLines} from '../../gpu/lines.ts';
import type {Cluster} from '../../kubernetes/connect.ts';
import {execInPod, type PodContainer} from '../../kubernetes/pod/exec.ts';

const graceMs = 2000;
/** One that is followed repeats itself within seconds. */
const silentMs = 30_000;

/** Ends its command when its input ends: that of an exec whose connection is gone runs on otherwise. */
const leashed = ['/bin/sh', '-c', '"$@" & cat >/dev/null; kill $!; wait', 'sh'];

/** What a command in a container prints; null where it cannot be run, fails or does not end in time. */
export const readInPod = async (
  cluster: Pick<Cluster, 'config'>,
  place: PodContainer,
  command: readonly string[],
  limitMs: number,
): Promise<string | null> => {
  const pieces: Buffer[] = [];
  try {
    const signal = AbortSignal.timeout(limitMs);
    for await (const piece of execInPod(cluster, place, command, {idleMs: limitMs, signal})) pieces.push(piece);
    return Buffer.concat(pieces).toString();
  } catch {
    return null; // a container without it, a user who may not, a node that does not answer
  }
};

/**
 * Starts a command that repeats itself, and hands on each line until it is disposed of. Resolves with its first output;
 * rejects where none comes.
 */
export const followInPod = async (
  cluster: Pick<Cluster, 'config'>,
  place: PodContainer,
  command: readonly string[],
  onLine: (line: string) => void,
): Promise<AsyncDisposable> => {
  const leash = new PassThrough();
  const stopped = new AbortController();
  const began = Promise.withResolvers<void>();
  const take = splitLines(onLine);
  const ended = (async () => {
    const decoder = new TextDecoder();
    const options = {stdin: leash, idleMs: silentMs, signal: stopped.signal};
    for await (const piece of execInPod(cluster, place, [...leashed, ...command], options)) {
      began.resolve();
      take(decoder.decode(piece, {stream: true}));
    }
    throw new Error('the command ended by itself');
  })().catch(began.reject); // after its first output nobody listens
  await began.promise;
  return {
    async [Symbol.asyncDispose]() {
      leash.end();
      const late = setTimeout(() => stopped.abort(), graceMs);
      await ended;
      clearTimeout(late);
    },
  };
};
