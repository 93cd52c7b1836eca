import {readFileSync} from 'node:fs';
import {afterEach, expect, test, vi} from 'vitest';
import {temporaryFolder} from '../records/test-folder.ts';
import {localNvidiaSmi} from './local.ts';
import type {NvidiaSmi} from './nvidia-smi.ts';
import {type GpuSampler, sampleGpu} from './sampler.ts';
import {installNvidiaSmi, recordedCard, recordedPids} from './test-nvidia-smi.ts';

afterEach(() => vi.unstubAllEnvs());

/** nvidia-smi of this PATH, and promises of what it has printed. */
const watched = () => {
  const recording = Promise.withResolvers<void>();
  const rowsLeft = [110, 119, 23]; // of the recorded memory, processes and state; the last of each comes again and again
  let onRow = () => {};
  const nvidiaSmi: NvidiaSmi = {
    read: localNvidiaSmi.read,
    follow: (args, onLine) => {
      let left = rowsLeft.shift() ?? 0;
      const place = rowsLeft.length;
      return localNvidiaSmi.follow(args, line => {
        onLine(line);
        left -= 1;
        if (left === 0 && done.add(place).size === 3) recording.resolve();
        if (left < 0 && place === 2) onRow();
      });
    },
  };
  const done = new Set<number>();
  return {
    nvidiaSmi,
    /** Resolves when all of the recording has come. */
    recorded: recording.promise,
    /** Resolves with the next row of memory after that. */
    nextRow: () =>
      new Promise<void>(resolve => {
        onRow = resolve;
      }),
  };
};

const owners = [{role: 'chat', processes: async () => recordedPids}] as const;

const started = async (nvidiaSmi: NvidiaSmi): Promise<GpuSampler> => {
  const sampler = await sampleGpu({nvidiaSmi, owners});
  if (sampler === null) throw new Error('nvidia-smi does not answer');
  return sampler;
};

test('memory by card and by server, power, clocks and heat come of one recording; nothing runs on', async () => {
  await using place = await temporaryFolder();
  const program = await installNvidiaSmi(place.path);
  vi.stubEnv('PATH', `${place.path}:${process.env.PATH}`);
  const {nvidiaSmi, recorded} = watched();
  await using sampler = await started(nvidiaSmi);
  await recorded;
  const seen = await sampler.stop();
  expect(seen).toMatchObject({
    cards: [{uuid: recordedCard, memoryUsedMiB: {min: 0, max: 5271}, powerW: {max: 633.54}, temperatureMaxC: 63}],
    servers: [{role: 'chat', memoryMaxMiB: 5256}],
    othersMaxMiB: 0,
  });
  const pids = readFileSync(`${program}.pids`, 'utf8').trim().split('\n').map(Number);
  expect(pids).toHaveLength(3);
  for (const pid of pids) expect(() => process.kill(pid, 0)).toThrow(/ESRCH/);
});

test('what was seen before the measured part is forgotten', async () => {
  await using place = await temporaryFolder();
  await installNvidiaSmi(place.path);
  vi.stubEnv('PATH', `${place.path}:${process.env.PATH}`);
  const {nvidiaSmi, recorded, nextRow} = watched();
  await using sampler = await started(nvidiaSmi);
  await recorded;
  sampler.begin();
  await nextRow();
  expect(await sampler.stop()).toMatchObject({cards: [{memoryUsedMiB: {min: 0, max: 0}}]});
});

test('a driver from before clocks_event_reasons is asked by the older name', async () => {
  await using place = await temporaryFolder();
  await installNvidiaSmi(place.path, {maskName: 'clocks_throttle_reasons.active'});
  vi.stubEnv('PATH', `${place.path}:${process.env.PATH}`);
  const {nvidiaSmi, recorded} = watched();
  await using sampler = await started(nvidiaSmi);
  await recorded;
  expect((await sampler.stop())?.cards[0]?.clockLimits.map(({reason}) => reason)).toContain('sw-power-cap');
});

test('there is nothing to sample where there is no nvidia-smi', async () => {
  vi.stubEnv('PATH', '/nonexistent');
  expect(await sampleGpu({nvidiaSmi: localNvidiaSmi, owners})).toBeNull();
});
