import {once} from 'node:events';
import {connect, createServer, type Server} from 'node:net';
import {CutoverError} from '../errors.ts';

/**
 * A name in Linux's abstract socket space: it belongs to one process at a time, and the kernel frees it with the process,
 * kill -9 included. Containers with a network of their own have another space.
 */
const socketName = '\0cutover-gpu';
/** Whoever holds the name tells at once, unless its process is busy measuring. */
const answerMs = 1000;

/**
 * Keeps a second cutover from this machine's GPUs while this one measures on them: two would share the cards, and spoil
 * each other's numbers. `whose` is told to the second one. Throws GPU_BUSY. Holds nothing outside Linux.
 */
export const claimGpu = async (whose: string, name = socketName): Promise<AsyncDisposable> => {
  if (process.platform !== 'linux') return {[Symbol.asyncDispose]: async () => {}};
  const server = createServer(socket => socket.on('error', () => {}).end(whose));
  try {
    server.listen(name);
    await once(server, 'listening');
  } catch (thrown) {
    if (!(thrown instanceof Error && 'code' in thrown && thrown.code === 'EADDRINUSE')) throw thrown;
    throw new CutoverError(
      'GPU_BUSY',
      `another cutover measures on the GPUs of this machine: ${await askHolder(name)}`,
      {
        hint: 'Wait for it, or end it with Ctrl-C in its terminal.',
        cause: thrown,
      },
    );
  }
  server.unref(); // it keeps no program alive
  return {[Symbol.asyncDispose]: () => closed(server)};
};

const closed = (server: Server) => new Promise<void>(resolve => server.close(() => resolve()));

const askHolder = async (name: string): Promise<string> => {
  const socket = connect(name)
    .setEncoding('utf8')
    .setTimeout(answerMs, () => socket.destroy());
  let told = '';
  try {
    for await (const text of socket) told += text;
  } catch {
    // It ended meanwhile, or does not answer.
  }
  return told === '' ? 'it does not say which' : told;
};
