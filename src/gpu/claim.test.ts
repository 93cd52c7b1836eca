import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {claimGpu} from './claim.ts';

/** Of this test alone: others may run beside it. */
const name = `\0cutover-gpu-test-${process.pid}`;

test.runIf(process.platform === 'linux')(
  'a second claim is refused and told whose the first is, until that is given up',
  async () => {
    const first = await claimGpu('run a in /tmp/a, process 17', name);
    await expect(claimGpu('run b', name)).rejects.toMatchObject({
      code: 'GPU_BUSY',
      message: 'another cutover measures on the GPUs of this machine: run a in /tmp/a, process 17',
    });
    await first[Symbol.asyncDispose]();
    await using second = await claimGpu('run b', name);
    expect(second).toBeDefined();
  },
);

test.runIf(process.platform === 'linux')('a process that is killed gives up its claim', async () => {
  const script = `
    import {claimGpu} from ${JSON.stringify(join(import.meta.dirname, 'claim.ts'))};
    globalThis.claim = await claimGpu('the killed one', ${JSON.stringify(name)});
    console.log('held');
    setInterval(() => {}, 1000);`;
  const holder = spawn(process.execPath, ['--input-type=module', '-e', script], {stdio: ['ignore', 'pipe', 'inherit']});
  await once(holder.stdout, 'data');
  await expect(claimGpu('run b', name)).rejects.toThrow('the killed one');
  const ended = once(holder, 'exit');
  holder.kill('SIGKILL');
  await ended;
  await using claim = await claimGpu('run b', name);
  expect(claim).toBeDefined();
});
