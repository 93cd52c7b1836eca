import {fork} from 'node:child_process';
import {once} from 'node:events';
import {join} from 'node:path';
import {projectRoot} from '../../root.ts';
import type {PartOrder} from './part.ts';

export interface ForkedPart extends AsyncDisposable {
  /** Its answer; rejects when it ends without one. */
  ask(order: PartOrder): Promise<unknown>;
}

/** As `npm run bench` has them: garbage collection by the client's one thread does not take another one's core. */
const flags = ['--max-semi-space-size=2', '--single-threaded-gc'];

export const forkPart = (): ForkedPart => {
  const child = fork(join(projectRoot, 'src', 'gateway-checks', 'latency', 'part.ts'), {
    execArgv: flags,
    serialization: 'advanced',
  });
  return {
    async ask(order) {
      const over = new AbortController();
      const {signal} = over;
      child.send(order);
      try {
        return await Promise.race([
          once(child, 'message', {signal}).then(([answer]) => answer),
          once(child, 'exit', {signal}).then(([code, killedBy]) => {
            throw new Error(`the bench's ${order.part} ended without an answer (${code ?? killedBy})`);
          }),
        ]);
      } finally {
        over.abort();
      }
    },
    async [Symbol.asyncDispose]() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exit = once(child, 'exit');
      child.kill('SIGKILL');
      await exit;
    },
  };
};
