import {describe, expect, test} from 'vitest';
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

describe('beside a neighbour', () => {
  /** `439` holds 3946 MiB; what is in use goes on as told. */
  const neighbour = async () => [439];

  test('what it holds is not in use by this one: before, after and in what is said', async () => {
    const around = await gpuAround(printing(4173, 4173 + 3000, 4173), neighbour);
    expect(await around?.afterStop()).toEqual({gpu: {beforeMiB: 227, afterStopMiB: 227}, findings: []});
  });

  test('one that came meanwhile is no leftover, and what remains beside it is one', async () => {
    let there: readonly number[] = [];
    const came = await gpuAround(printing(0, 3950), async () => there);
    there = [439];
    expect(await came?.afterStop(0)).toEqual({gpu: {beforeMiB: 0, afterStopMiB: 4}, findings: []});
    const left = await gpuAround(printing(3946, 3946 + 500), neighbour);
    expect((await left?.afterStop(0))?.findings).toMatchObject([
      {
        message:
          '500 MiB of GPU memory are in use after the last server stopped, 500 MiB more than before the first one was started (0 MiB)',
      },
    ]);
  });

  test('one that went before leaves the whole card to be told of', async () => {
    let there: readonly number[] = [439];
    const around = await gpuAround(printing(3946, 700), async () => there);
    there = [];
    expect((await around?.afterStop(0))?.gpu).toEqual({beforeMiB: 0, afterStopMiB: 700});
  });

  test('that starts meanwhile nothing is told at the end, nor waited for', async () => {
    const around = await gpuAround(printing(0, 9000), async () => null);
    expect(await around?.afterStop()).toEqual({gpu: {beforeMiB: 0, afterStopMiB: null}, findings: []});
  });

  test('whose memory nvidia-smi does not tell nothing is told', async () => {
    const untold: NvidiaSmi = {
      ...printing(4173),
      read: async ([query = '']) => (query.startsWith('--query-compute-apps') ? '439, [N/A]\n' : '4173\n'),
    };
    expect(await gpuAround(untold, neighbour)).toBeNull();
  });
});
