import {chmod, mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, describe, expect, test, vi} from 'vitest';
import {localNvidiaSmi} from './local.ts';
import {
  parseGpus,
  parseMemoryRoom,
  parseMemoryUsedMiB,
  readGpuMemoryUsedMiB,
  readGpus,
  readProcessMemory,
} from './nvidia-smi.ts';

// As `nvidia-smi --query-gpu=name,uuid,memory.total,driver_version --format=csv,noheader,nounits` prints them.
const oneGpu = 'NVIDIA H100 80GB HBM3, GPU-58393c05-024b-cd79-a267-e0fe974384ff, 81559, 580.159.04\n'; // as one really printed it
const twoGpus = `NVIDIA H200, GPU-0d6bd8b9-7b5f-5bd1-2d5a-1b0f3a0a8e21, 143771, 580.95.05
NVIDIA H200, GPU-9a1f6d0e-3c44-91b7-6f0e-5f2f7a4c9b32, 143771, 580.95.05
`;

describe('the list of GPUs', () => {
  test('is empty when the driver finds none', () => {
    expect(parseGpus('No devices were found\n')).toEqual([]);
    expect(parseGpus('')).toEqual([]);
  });

  test('has name, UUID, memory and driver of one GPU', () => {
    expect(parseGpus(oneGpu)).toEqual([
      {
        name: 'NVIDIA H100 80GB HBM3',
        uuid: 'GPU-58393c05-024b-cd79-a267-e0fe974384ff',
        memoryMiB: 81_559,
        driver: '580.159.04',
      },
    ]);
  });

  test('keeps the order of two GPUs', () => {
    expect(parseGpus(twoGpus).map(({uuid}) => uuid.slice(0, 12))).toEqual(['GPU-0d6bd8b9', 'GPU-9a1f6d0e']);
  });

  test('keeps a GPU that has no memory of its own, with no size', () => {
    expect(parseGpus('NVIDIA GB10, GPU-1, [N/A], 580.95.05')).toEqual([
      {name: 'NVIDIA GB10', uuid: 'GPU-1', memoryMiB: null, driver: '580.95.05'},
    ]);
  });

  test('has no row for a message that happens to have as many commas', () => {
    expect(parseGpus('Unable to talk to the driver, check, please, now')).toEqual([]);
  });

  test('survives a comma in the name', () => {
    expect(parseGpus('Quadro, special, GPU-1, 4096, 550.1')).toEqual([
      {name: 'Quadro, special', uuid: 'GPU-1', memoryMiB: 4096, driver: '550.1'},
    ]);
  });
});

describe('the memory in use', () => {
  test('is the sum over two GPUs', () => {
    expect(parseMemoryUsedMiB('74521\n1203\n')).toBe(75_724);
  });

  test('is 0 when one GPU is there and idle, and null when there is none', () => {
    expect(parseMemoryUsedMiB('0\n')).toBe(0);
    expect(parseMemoryUsedMiB('')).toBeNull();
    expect(parseMemoryUsedMiB('No devices were found\n')).toBeNull();
  });

  test('is null when one GPU does not tell', () => {
    expect(parseMemoryUsedMiB('74521\n[N/A]\n')).toBeNull();
  });
});

describe('the call of nvidia-smi', () => {
  afterEach(() => vi.unstubAllEnvs());

  test('gives no GPU and no memory where there is no such command', async () => {
    vi.stubEnv('PATH', '/nonexistent');
    expect(await readGpus()).toEqual([]);
    expect(await readGpuMemoryUsedMiB(localNvidiaSmi)).toBeNull();
  });

  test('adds up what a process holds on several cards, and tells of none that nvidia-smi does not', async () => {
    const page = '439, 3946\n440, 100\n439, 54\n441, 7\n441, [N/A]\nNVIDIA-SMI has failed\n';
    const nvidiaSmi = {read: async () => page, follow: localNvidiaSmi.follow};
    expect(await readProcessMemory(nvidiaSmi)).toEqual(
      new Map([
        [439, 4000],
        [440, 100],
        [441, null],
      ]),
    );
  });

  test('reads what the command prints, and nothing of one that fails', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'cutover-smi-'));
    const program = join(folder, 'nvidia-smi');
    const install = async (script: string) => {
      await writeFile(program, `#!/bin/sh\n${script}\n`);
      await chmod(program, 0o755);
    };
    try {
      vi.stubEnv('PATH', `${folder}:${process.env.PATH}`);
      await install(`case "$1" in *memory.used) echo 512;; *) printf '${oneGpu.trim()}\\n';; esac`);
      expect((await readGpus())[0]?.memoryMiB).toBe(81_559);
      expect(await readGpuMemoryUsedMiB(localNvidiaSmi)).toBe(512);
      await install("echo 'NVIDIA-SMI has failed because it could not talk to the NVIDIA driver.'; exit 9");
      expect(await readGpus()).toEqual([]);
      expect(await readGpuMemoryUsedMiB(localNvidiaSmi)).toBeNull();
    } finally {
      await rm(folder, {recursive: true});
    }
  });
});

test('the room on a card is read from the first one that is printed, and is unknown where it is not told', () => {
  expect(parseMemoryRoom('4, 80956\n0, 81000\n')).toEqual({usedMiB: 4, freeMiB: 80_956});
  expect(parseMemoryRoom('[N/A], [N/A]\n')).toBeNull();
  expect(parseMemoryRoom('No devices were found\n')).toBeNull();
  expect(parseMemoryRoom(null)).toBeNull();
});
