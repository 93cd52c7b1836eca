import {once} from 'node:events';
import {connect, createServer, type Server} from 'node:net';
import {join} from 'node:path';
import {text} from 'node:stream/consumers';
import {CutoverError, reasonOf} from '../../errors.ts';

const name = 'orders.sock';
const had = 'had\n';

/**
 * Listens for orders in `folder`, one a connection, and answers each when `take` has returned: that it was had, or the reason
 * why not, which `take` returns. A socket's whole path may have no more than 107 bytes: an empty `folder` is the current one.
 */
export const listenForOrders = async (folder: string, take: (order: string) => string | null): Promise<Server> => {
  const server = createServer({allowHalfOpen: true}, socket => {
    socket.on('error', () => {}); // whoever is gone before the answer wants none
    text(socket).then(
      order => socket.end(take(order) ?? had),
      () => socket.destroy(), // whoever gave it is gone, and gives it once more
    );
  });
  server.listen(join(folder, name));
  await once(server, 'listening');
  return server;
};

/** Gives an order to the program with that work folder. Resolves when it has it; throws ENGINE_UNREACHABLE or BAD_OPTIONS. */
export const giveOrder = async (folder: string, order: string): Promise<void> => {
  let answer: string;
  try {
    const socket = connect({path: join(folder, name), allowHalfOpen: true});
    socket.end(order);
    answer = await text(socket);
  } catch (cause) {
    throw new CutoverError(
      'ENGINE_UNREACHABLE',
      `no shard's program listens in ${folder || process.cwd()}: ${reasonOf(cause)}`,
      {
        hint: 'Give its work folder with --folder.',
        cause,
      },
    );
  }
  if (answer !== had)
    throw new CutoverError('BAD_OPTIONS', answer.trim() || 'the program ended before it had the order');
};
