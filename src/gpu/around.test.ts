import {expect, test} from 'vitest';
import {gpuAround} from './around.ts';
import type {NvidiaSmi} from './nvidia-smi.ts';

/** Prints these MiB in use one after another, the last again and again, and one process that holds some. */
const printing = (...usedMiB: readonly (number | string)[]): NvidiaSmi => {
  const left = [...usedMiB];
  return {
    read: async ([query = '']) => {
      if (query.startsWith('--query-compute-apps')) return '439, 3946\n';
      return `${left.length > 1 ? left.shift() : left[0]}\n`;
    },
    follow: async () => {
      throw new Error('nothing is followed here');
    },
  };
};

test('memory that comes back late is waited for', async () => {
  const around = await gpuAround(printing(227, 4173, 291));
  expect(await around?.afterStop()).toEqual({gpu: {beforeMiB: 227, afterStopMiB: 291}, findings: []}); // 64 MiB more
});

test('memory that does not come back is a finding with who holds it', async () => {
  const around = await gpuAround(printing(227, 4173));
  expect(await around?.afterStop(0)).toEqual({
    gpu: {beforeMiB: 227, afterStopMiB: 4173},
    findings: [
      {
        code: 'gpu-memory-not-returned',
        severity: 'warning',
        message:
          '4173 MiB of GPU memory are in use after the last server stopped, 3946 MiB more than before the first one was started (227 MiB), held by process 439 (3946 MiB)',
        hint: 'nvidia-smi lists who holds it: end that process, or find out who started it meanwhile.',
      },
    ],
  });
});

test('less than before is fine', async () => {
  expect((await (await gpuAround(printing(4173, 0)))?.afterStop(0))?.findings).toEqual([]);
});

test('what nvidia-smi does not tell is null', async () => {
  expect(await gpuAround(printing('No devices were found'))).toBeNull();
  const around = await gpuAround(printing(227, 'NVIDIA-SMI has failed'));
  expect(await around?.afterStop()).toEqual({gpu: {beforeMiB: 227, afterStopMiB: null}, findings: []});
});
