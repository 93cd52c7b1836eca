import {once} from 'node:events';
import {readFile} from 'node:fs/promises';
import {connect} from 'node:net';
import {setTimeout as delay} from 'node:timers/promises';
import {startGuarded} from '../process/guarded.ts';

/** Whether somebody listens on that port of 127.0.0.1. */
const listens = async (port: number): Promise<boolean> => {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
};

/** Runs a server of this machine until it is disposed of; resolves when it listens on the port. */
export const startProgram = async (
  command: readonly string[],
  port: number,
  logPath: string,
): Promise<AsyncDisposable> => {
  const program = await startGuarded({command, environment: {}, logPath, graceSeconds: 15});
  let ended = false;
  void program.ended.then(() => {
    ended = true;
  });
  const untilMs = performance.now() + 30_000;
  while (!(await listens(port))) {
    if (ended || performance.now() > untilMs)
      throw new Error(`${command[0]} did not start:\n${(await readFile(logPath, 'utf8')).slice(-2000)}`);
    await delay(30);
  }
  return {
    [Symbol.asyncDispose]: async () => {
      await program.stop();
    },
  };
};
