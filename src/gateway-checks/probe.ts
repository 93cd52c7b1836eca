/**
 * Loaded before a program (`node --expose-gc --import probe.ts`) that is started with an IPC channel: answers each message with
 * what the process holds. The program itself is what users run.
 */
import {readdirSync, readlinkSync} from 'node:fs';

export interface Held {
  readonly rssMiB: number;
  readonly heapMiB: number;
  /** What is resident besides V8's heap, which keeps for itself what it once had. */
  readonly outsideHeapMiB: number;
  /** Buffers and what else lies outside the heap. */
  readonly externalMiB: number;
  /** Open file descriptors, and those among them that are sockets: the connections of the moment, idle ones included. */
  readonly descriptors: number;
  readonly openSockets: number;
  /** Sockets and timers: what Node would wait for. */
  readonly sockets: number;
  readonly timers: number;
  readonly cpuMs: number;
}

export type ProbeOrder = 'held' | 'held-after-gc';

const mebibyte = 2 ** 20;

const folder = '/proc/self/fd';

/** What each descriptor is; of the one that the list itself was read by there is nothing left. */
const openFiles = (): readonly string[] =>
  readdirSync(folder).flatMap(name => {
    try {
      return [readlinkSync(`${folder}/${name}`)];
    } catch {
      return [];
    }
  });

const held = (): Held => {
  const {rss, heapTotal, heapUsed, external} = process.memoryUsage();
  const {user, system} = process.cpuUsage();
  const resources = process.getActiveResourcesInfo();
  const files = openFiles();
  return {
    rssMiB: rss / mebibyte,
    heapMiB: heapUsed / mebibyte,
    outsideHeapMiB: (rss - heapTotal) / mebibyte,
    externalMiB: external / mebibyte,
    descriptors: files.length,
    openSockets: files.filter(file => file.startsWith('socket:')).length,
    sockets: resources.filter(name => /^(TCP|Pipe)/.test(name) && name !== 'TCPServerWrap').length,
    timers: resources.filter(name => name === 'Timeout').length,
    cpuMs: (user + system) / 1000,
  };
};

process.on('message', (order: ProbeOrder) => {
  // What finalizers free is freed by the second one.
  if (order === 'held-after-gc') for (let turn = 0; turn < 3; turn += 1) globalThis.gc?.();
  process.send?.(held());
});
process.channel?.unref(); // the program ends when it wants to
process.once('disconnect', () => process.kill(process.pid, 'SIGTERM')); // and when whoever started it is gone
