import {spawn} from 'node:child_process';
import {createReadStream, openSync} from 'node:fs';
import {mkdir, readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {setTimeout as delay} from 'node:timers/promises';
import {projectRoot} from '../../../root.ts';
import {giveOrder} from '../order-socket.ts';
import {measurePeerOffset, tellTime} from '../peer-clock.ts';
import type {LastingHost, ShardWord} from '../shard-host.ts';
import {readWord} from '../word-text.ts';
import {aliveEveryMs} from './continuous-shard.ts';

const program = join(projectRoot, 'src', 'load', 'shards', 'program.ts');
const pollMs = 20;

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

const pidIn = async (folder: string): Promise<number> => Number(await readFile(join(folder, 'pid'), 'utf8'));

/** A shard's program as a process of this machine that outlives this one, as a pod does; its words lie in a file as a pod's in its log. */
export const startLastingShard = async (folder: string): Promise<void> => {
  await mkdir(folder, {recursive: true});
  const words = openSync(join(folder, 'words'), 'a');
  const child = spawn(process.execPath, [program, '--folder', folder], {
    detached: true,
    stdio: ['ignore', words, words],
  });
  child.unref();
  await writeFile(join(folder, 'pid'), String(child.pid));
};

/** Ends it without a word. */
export const killLastingShard = async (folder: string): Promise<void> => {
  const pid = await pidIn(folder);
  if (isAlive(pid)) process.kill(pid, 'SIGKILL');
  while (isAlive(pid)) await delay(pollMs);
};

/** One that runs, whoever started it. */
export const lastingHost = (folder: string, name: string): LastingHost => {
  const wordsSoFar = async (): Promise<readonly ShardWord[]> => {
    const text = await readFile(join(folder, 'words'), 'utf8');
    return text.split('\n').flatMap(line => readWord(line) ?? []);
  };
  const listening = async () => {
    while ((await wordsSoFar()).length === 0) await delay(pollMs);
  };
  return {
    name,
    async tell(order) {
      await listening();
      await giveOrder(folder, JSON.stringify(order));
    },
    clock: which => measurePeerOffset(questions => tellTime(questions, which), which),
    async accompany(signal) {
      while (!signal.aborted) {
        await giveOrder(folder, JSON.stringify({kind: 'alive'}));
        await delay(aliveEveryMs, undefined, {signal}).catch(() => {});
      }
    },
    async *words() {
      const pid = await pidIn(folder);
      for (let heard = 0; ; ) {
        const alive = isAlive(pid);
        const words = await wordsSoFar();
        for (const word of words.slice(heard)) yield word;
        heard = words.length;
        if (!alive) throw new Error('its process was killed');
        await delay(pollMs);
      }
    },
    fetch: file => createReadStream(join(folder, file)),
  };
};
