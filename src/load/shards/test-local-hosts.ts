import {connect} from 'node:net';
import {join} from 'node:path';
import {createInterface} from 'node:readline';
import {text} from 'node:stream/consumers';
import {setImmediate} from 'node:timers/promises';
import {execa} from 'execa';
import {projectRoot} from '../../root.ts';
import {measurePeerOffset, tellTime} from './peer-clock.ts';
import type {ShardHost, ShardHosts} from './shard-host.ts';
import {readWord} from './word-text.ts';

const program = join(projectRoot, 'src', 'load', 'shards', 'program.ts');

/** A shard's program as a process of this machine, with a work folder of its own. */
interface LocalHost extends ShardHost {
  /** Resolves when it is gone, and whoever listens to it has heard so. */
  kill(): Promise<void>;
}

const localHost = (name: string, folder: string): LocalHost & AsyncDisposable => {
  const running = execa(process.execPath, [program, '--folder', folder], {
    reject: false,
    stdin: 'ignore',
    buffer: false,
  });
  const run = (...words: readonly string[]) => execa(process.execPath, [program, ...words, '--folder', folder]);
  const here = Promise.withResolvers<void>();
  running.then(() => here.resolve());
  const heardOut = Promise.withResolvers<void>();
  const lines = createInterface({input: running.stdout});
  return {
    name,
    async kill() {
      running.kill('SIGKILL');
      await heardOut.promise;
      await setImmediate();
    },
    async tell(order) {
      await here.promise;
      // As `tell` does, without the fifth of a second that a process for each order would take.
      const socket = connect({path: join(folder, 'orders.sock'), allowHalfOpen: true});
      socket.end(JSON.stringify(order));
      const answer = await text(socket);
      if (answer !== 'had\n') throw new Error(answer);
    },
    clock: () => measurePeerOffset(questions => tellTime(questions)), // the same machine's, in any process
    async *words() {
      for await (const line of lines) {
        const word = readWord(line);
        if (word?.kind === 'here') here.resolve();
        if (word !== null) yield word;
      }
      const {isTerminated, signal, exitCode} = await running;
      heardOut.resolve();
      if (isTerminated) throw new Error(`its program was ended by ${signal}`);
      if (exitCode !== 0) throw new Error(`its program ended with ${exitCode}`);
    },
    async *fetch(file) {
      for await (const chunk of run('send', file, '0').iterable({from: 'stdout', binary: true})) yield chunk;
    },
    async [Symbol.asyncDispose]() {
      running.kill('SIGTERM');
      await running;
    },
  };
};

export interface LocalHosts extends ShardHosts {
  readonly hosts: readonly LocalHost[];
}

/** So many shards as processes of this machine, each in a folder of its own below `folder`. */
export const openLocalHosts = (folder: string, count: number): LocalHosts => {
  const hosts = Array.from({length: count}, (_, index) => localHost(`process ${index}`, join(folder, String(index))));
  return {
    hosts,
    async [Symbol.asyncDispose]() {
      await Promise.all(hosts.map(host => host[Symbol.asyncDispose]()));
    },
  };
};
