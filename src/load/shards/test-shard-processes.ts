import {type ChildProcess, spawn} from 'node:child_process';
import {once} from 'node:events';
import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {createInterface} from 'node:readline';
import {Readable} from 'node:stream';
import {projectRoot} from '../../root.ts';
import type {ClockOffset} from '../../schema/shard.ts';
import {giveOrder} from './order-socket.ts';
import {measurePeerOffset} from './peer-clock.ts';
import type {ShardHost, ShardHosts, ShardWord} from './shard-host.ts';
import {readWord} from './word-text.ts';

const program = join(projectRoot, 'src', 'load', 'shards', 'program.ts');

/** Shards as processes of this machine, with all that pods have but the cluster. */
export interface ShardProcesses extends ShardHosts {
  readonly hosts: readonly (ShardHost & {readonly process: ChildProcess; readonly folder: string})[];
}

/** One call of the program: `tell`, `send`, or the program itself. */
export const spawnShard = (folder: string, ...words: readonly string[]): ChildProcess =>
  spawn(process.execPath, [program, '--folder', folder, ...words], {stdio: ['pipe', 'pipe', 'inherit']});

async function* wordsOf({stdout}: ChildProcess): AsyncGenerator<ShardWord, undefined> {
  if (stdout === null) throw new Error('a shard without stdout');
  for await (const line of createInterface({input: stdout})) {
    const word = readWord(line);
    if (word !== null) yield word;
  }
}

async function* fetchFrom(folder: string, name: string): AsyncGenerator<Uint8Array, undefined> {
  const sender = spawnShard(folder, 'send', name, '0');
  if (sender.stdout === null) throw new Error('a sender without stdout');
  yield* sender.stdout;
}

/** As a pod's, by a call of the program. */
const clockOf = (folder: string): Promise<ClockOffset> =>
  measurePeerOffset(questions => {
    const {stdin, stdout} = spawnShard(folder, 'time');
    if (stdin === null || stdout === null) throw new Error('a process without pipes');
    Readable.from(questions).pipe(stdin);
    return stdout;
  });

/** Starts `count` of them; an order is given as soon as one listens, which its first word says. */
export const startShardProcesses = async (count: number): Promise<ShardProcesses> => {
  const root = await mkdtemp(join(tmpdir(), 'shards-'));
  const hosts = Array.from({length: count}, (_, index) => {
    const folder = join(root, String(index));
    const child = spawnShard(folder);
    const listening = Promise.withResolvers<void>();
    return {
      ...{name: `process ${index}`, process: child, folder},
      async tell(order) {
        await listening.promise;
        await giveOrder(folder, JSON.stringify(order));
      },
      clock: () => clockOf(folder),
      async *words() {
        for await (const word of wordsOf(child)) {
          listening.resolve();
          yield word;
        }
        const {exitCode, signalCode} = child;
        if (exitCode === null && signalCode === null) await once(child, 'exit');
        if (child.exitCode !== 0) throw new Error(`it ended with ${child.signalCode ?? child.exitCode}`);
      },
      fetch: name => fetchFrom(folder, name),
    } satisfies ShardHost & {process: ChildProcess; folder: string};
  });
  return {
    hosts,
    async [Symbol.asyncDispose]() {
      for (const {process: child} of hosts) child.kill();
      await Promise.all(
        hosts.map(async ({process: child}) => {
          if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
        }),
      );
      await rm(root, {recursive: true, force: true});
    },
  };
};
