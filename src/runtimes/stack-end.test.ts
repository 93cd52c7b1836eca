import {expect, test} from 'vitest';
import {GpuAccount} from './stack-end.ts';

/** Prints these MiB in use one after another, the last again and again; no process holds any. */
const printing = (...usedMiB: readonly number[]) => {
  const left = [...usedMiB];
  return {
    read: async ([query = '']: readonly string[]) => {
      if (query.startsWith('--query-compute-apps')) return '';
      return `${left.length > 1 ? left.shift() : left[0]}\n`;
    },
    follow: () => Promise.reject(new Error('nothing is followed here')),
  };
};

test('after a start that failed, memory that is not back is said', async () => {
  const lines: string[] = [];
  await (await GpuAccount.open(printing(227, 4173))).stopped(line => lines.push(line), 0);
  expect(lines).toEqual([
    expect.stringMatching(
      /^4173 MiB of GPU memory are in use after the last server stopped.*\(227 MiB\)\. nvidia-smi /,
    ),
  ]);
});

test('after a start that failed, memory that is back is not worth a word', async () => {
  const lines: string[] = [];
  await (await GpuAccount.open(printing(227, 230))).stopped(line => lines.push(line));
  expect(lines).toEqual([]);
});

test('what a stack that served leaves is told once, in its end', async () => {
  const account = await GpuAccount.open(printing(227, 4173));
  await account.stopped(null, 0);
  expect(account.end).toMatchObject({
    gpu: {beforeMiB: 227, afterStopMiB: 4173},
    findings: [{code: 'gpu-memory-not-returned'}],
  });
});
