import {type ChildProcess, spawn} from 'node:child_process';
import {once} from 'node:events';
import {join} from 'node:path';
import {createInterface} from 'node:readline';
import {setImmediate} from 'node:timers/promises';
import {projectRoot} from '../../root.ts';
import {giveOrder} from './order-socket.ts';
import {measurePeerOffset, tellTime} from './peer-clock.ts';
import type {ShardHost, ShardHosts} from './shard-host.ts';
import {readWord} from './word-text.ts';

const program = join(projectRoot, 'src', 'load', 'shards', 'program.ts');

/** A shard's program as a process of this machine, with a work folder of its own: all that a pod has but the cluster. */
interface ShardProcess extends ShardHost {
  readonly process: ChildProcess;
  readonly folder: string;
  /** Resolves when it is gone, and whoever listens to it has heard so. */
  kill(): Promise<void>;
}

/** One call of the program: `tell`, `time`, `send`, or the program itself. */
export const spawnShard = (folder: string, ...words: readonly string[]): ChildProcess =>
  spawn(process.execPath, [program, '--folder', folder, ...words], {stdio: ['pipe', 'pipe', 'inherit']});

const linesOf = ({stdout}: ChildProcess) => {
  if (stdout === null) throw new Error('a shard without stdout');
  return createInterface({input: stdout});
};

const shardProcess = (name: string, folder: string): ShardProcess => {
  const child = spawnShard(folder);
  const exit = once(child, 'exit');
  const listening = Promise.withResolvers<void>();
  exit.then(() => listening.resolve());
  const heardOut = Promise.withResolvers<void>();
  return {
    ...{name, folder, process: child},
    async kill() {
      child.kill('SIGKILL');
      await heardOut.promise;
      await setImmediate();
    },
    async tell(order) {
      await listening.promise;
      // As `tell` does, without the fifth of a second that a process for each order would take.
      await giveOrder(folder, JSON.stringify(order));
    },
    clock: () => measurePeerOffset(questions => tellTime(questions)), // the same machine's, in any process
    async *words() {
      for await (const line of linesOf(child)) {
        listening.resolve(); // its first word says that it does
        const word = readWord(line);
        if (word !== null) yield word;
      }
      await exit;
      heardOut.resolve();
      if (child.exitCode !== 0) throw new Error(`its program ended with ${child.signalCode ?? child.exitCode}`);
    },
    async *fetch(file) {
      const {stdout} = spawnShard(folder, 'send', file, '0');
      if (stdout === null) throw new Error('a sender without stdout');
      yield* stdout;
    },
  };
};

export interface ShardProcesses extends ShardHosts {
  readonly hosts: readonly ShardProcess[];
}

/** So many shards as processes of this machine, each in a folder of its own below `folder`. */
export const openShardProcesses = (folder: string, count: number): ShardProcesses => {
  const hosts = Array.from({length: count}, (_, index) =>
    shardProcess(`process ${index}`, join(folder, String(index))),
  );
  return {
    hosts,
    async [Symbol.asyncDispose]() {
      // One that is gone cannot be told to go.
      await Promise.all(hosts.map(({process: child}) => (child.kill() ? once(child, 'exit') : null)));
    },
  };
};
