/**
 * A shard, as a program of its own: in a pod, or as a process of this machine. In its work folder (--folder) it listens for orders, and
 * leaves its samples; its words are its lines on stdout. `tell` gives it the order that stands on stdin, and ends when it has it;
 * `time` answers each line on stdin with this machine's time, `time machine` with its monotonic one; `alive` tells it at each line on stdin that
 * whoever writes it is there;
 * `send NAME OFFSET` writes a file that it left to stdout, from that byte on. In a bundle this one file is its threads' program too.
 */
import {createReadStream} from 'node:fs';
import {mkdir} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {basename, join, resolve} from 'node:path';
import {text} from 'node:stream/consumers';
import {pipeline} from 'node:stream/promises';
import {parseArgs} from 'node:util';
import {isMainThread} from 'node:worker_threads';
import {CutoverError, exitCodes, reasonOf} from '../../errors.ts';

const tell = async (): Promise<void> => {
  const {giveOrder} = await import('./order-socket.ts');
  await giveOrder('', await text(process.stdin));
};

const send = async (name: string, offset: string): Promise<void> => {
  const start = Number(offset);
  if (name !== basename(name) || !Number.isSafeInteger(start) || start < 0)
    throw new CutoverError('BAD_OPTIONS', `send takes a file's name and an offset, got ${name} ${offset}`);
  await pipeline(createReadStream(name, {start}), process.stdout);
};

const time = async (clock: 'wall' | 'machine'): Promise<void> => {
  const {tellTime} = await import('./peer-clock.ts');
  for await (const line of tellTime(process.stdin, clock)) process.stdout.write(line);
};

/** One process for as long as the load lasts: to start one each time would take the pod's CPU from the load. */
const alive = async (): Promise<void> => {
  const {giveOrder} = await import('./order-socket.ts');
  for await (const _ of process.stdin) {
    await giveOrder('', JSON.stringify({kind: 'alive'}));
    process.stdout.write('\n');
  }
};

const serve = async (folder: string): Promise<void> => {
  const {runShardProgram} = await import('./shard-program.ts');
  const ended = new AbortController();
  process.once('SIGTERM', () => ended.abort()).once('SIGINT', () => ended.abort());
  process.stdout.once('error', () => ended.abort()); // nobody hears it any more
  await runShardProgram({folder, signal: ended.signal, write: line => void process.stdout.write(`${line}\n`)});
};

const main = async (): Promise<void> => {
  const {values, positionals} = parseArgs({
    options: {folder: {type: 'string', default: process.env.CUTOVER_SHARD_FOLDER ?? join(tmpdir(), 'cutover-shard')}},
    allowPositionals: true,
  });
  const [command = 'serve', name = '', offset = '0'] = positionals;
  const folder = resolve(values.folder);
  if (command === 'serve') await mkdir(folder, {recursive: true, mode: 0o700});
  process.chdir(folder); // the socket is opened by its name alone
  if (command === 'tell') return tell();
  if (command === 'send') return send(name, offset);
  if (command === 'time') return time(name === 'machine' ? name : 'wall');
  if (command === 'alive') return alive();
  if (command !== 'serve')
    throw new CutoverError('BAD_OPTIONS', `a shard's program is no ${command}: tell, time, alive or send`);
  return serve(folder);
};

if (isMainThread) {
  try {
    await main();
  } catch (thrown) {
    process.stderr.write(`${reasonOf(thrown)}\n`);
    process.exitCode = thrown instanceof CutoverError ? thrown.exitCode : exitCodes.bug.code;
  }
} else await import('../workers/worker.ts');
