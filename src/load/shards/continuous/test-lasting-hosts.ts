import {spawn} from 'node:child_process';
import {createReadStream, openSync} from 'node:fs';
import {mkdir, readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {Readable} from 'node:stream';
import {setTimeout as delay} from 'node:timers/promises';
import {refuseOtherProgram} from '../../../kubernetes/pod/same-program.ts';
import {projectRoot} from '../../../root.ts';
import {giveOrder} from '../order-socket.ts';
import {measurePeerOffset} from '../peer-clock.ts';
import type {ProgramVersion} from '../program-version.ts';
import {ShardGone} from '../shard-gone.ts';
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

const numberIn = async (folder: string, name: string): Promise<number> =>
  Number(await readFile(join(folder, name), 'utf8'));

/** Words for Node by which a program's monotonic clock is so much behind this machine's, as another machine's is. */
const behind = (ms: number): readonly string[] => [
  '--import',
  `data:text/javascript,const read=process.hrtime.bigint;process.hrtime.bigint=()=>read()-(${ms * 1e6}n)`,
];

/**
 * A shard's program as a process of this machine that outlives this one, as a pod does, with a clock of its own; its words lie in a file as a
 * pod's in its log.
 */
export const startLastingShard = async (folder: string, behindMs: number): Promise<void> => {
  await mkdir(folder, {recursive: true});
  const words = openSync(join(folder, 'words'), 'a');
  const child = spawn(process.execPath, [...behind(behindMs), program, '--folder', folder], {
    detached: true,
    stdio: ['ignore', words, words],
  });
  child.unref();
  await writeFile(join(folder, 'behind'), String(behindMs));
  await writeFile(join(folder, 'pid'), String(child.pid));
};

/** Ends it without a word. */
export const killLastingShard = async (folder: string): Promise<void> => {
  const pid = await numberIn(folder, 'pid');
  if (isAlive(pid)) process.kill(pid, 'SIGKILL');
  while (isAlive(pid)) await delay(pollMs);
};

interface LastingHostOptions {
  /** As a pod's: left to itself when it is aborted. */
  readonly signal?: AbortSignal;
  /** Which cutover it must have; any where it is left out. */
  readonly version?: ProgramVersion | undefined;
}

/** One that runs, whoever started it. */
export const lastingHost = (folder: string, {signal: left, version}: LastingHostOptions = {}): LastingHost => {
  const wordsSoFar = async (): Promise<readonly ShardWord[]> => {
    const text = await readFile(join(folder, 'words'), 'utf8');
    return text.split('\n').flatMap(line => readWord(line) ?? []);
  };
  const listening = async () => {
    while ((await wordsSoFar()).length === 0) await delay(pollMs);
  };
  return {
    name: folder,
    async tell(order) {
      await listening();
      await giveOrder(folder, JSON.stringify(order));
    },
    async clock(which = 'wall') {
      const words = [...behind(await numberIn(folder, 'behind')), program, '--folder', folder, 'time', which];
      return measurePeerOffset(questions => {
        const child = spawn(process.execPath, words, {stdio: ['pipe', 'pipe', 'inherit']});
        Readable.from(questions).pipe(child.stdin);
        return child.stdout;
      }, which);
    },
    async accompany(signal) {
      while (!signal.aborted) {
        await giveOrder(folder, JSON.stringify({kind: 'alive'}));
        await delay(aliveEveryMs, undefined, {signal}).catch(() => {});
      }
    },
    async *words() {
      const pid = await numberIn(folder, 'pid');
      for (let heard = 0; !left?.aborted; ) {
        const alive = isAlive(pid);
        const words = await wordsSoFar();
        for (const word of words.slice(heard)) {
          if (word.kind === 'here' && version !== undefined) refuseOtherProgram(word.program, version);
          yield word;
        }
        heard = words.length;
        if (!alive) throw new ShardGone('TRIAL_FAILED', 'its process was killed');
        await delay(pollMs);
      }
    },
    fetch: file => createReadStream(join(folder, file)),
  };
};
