import {join} from 'node:path';
import {expect, test} from 'vitest';
import {temporaryFolder} from '../records/test-folder.ts';
import {cutover, readRun, simulatorThread} from './test-cutover.ts';

test.concurrent.each(['SIGINT', 'SIGKILL'] as const)(
  '%s while loads run at the same time leaves the trials before them whole, and samples of requests that had ended',
  async signal => {
    await using place = await temporaryFolder();
    await using simulator = await simulatorThread('vllm');
    const out = join(place.path, 'run');
    const mixed = '--suite mixed --duration 0.9 --warmup 0 --output-tokens 4 --batch 2 --engine vllm --format csv';
    const running = cutover('bench', ...mixed.split(' '), '--attach', simulator.url, '--out', out);
    // Trials 3, 4 and 5 run at the same time: until requests of each have been answered.
    await expect
      .poll(
        async () => {
          const ids = [...(await simulator.truth()).keys()];
          return [3, 4, 5].every(trial => ids.some(id => id.startsWith(`t${trial}.`)));
        },
        {timeout: 25_000, interval: 20},
      )
      .toBe(true);
    running.kill(signal);
    const {exitCode, signal: by} = await running;
    expect([exitCode, by]).toEqual(signal === 'SIGINT' ? [20, undefined] : [undefined, 'SIGKILL']);

    const {record, samples} = await readRun(out);
    expect(record.status).toBe(signal === 'SIGINT' ? 'interrupted' : 'running');
    expect(record.trials.map(({suite}) => suite)).toEqual(['chat-alone', 'embed-alone', 'rerank-alone']);
    const truth = await simulator.truth();
    for (const {index, counts} of record.trials) {
      const mine = samples.filter(({trial}) => trial === index);
      expect(counts).toEqual({ok: mine.length, failed: 0});
      expect(mine.filter(({id}) => truth.get(id)?.outcome !== 'ok')).toEqual([]);
    }
    // Every sample reads, is the only one of its request, and says of it what the server says.
    expect(new Set(samples.map(({id}) => id)).size).toBe(samples.length);
    const cutOff = samples.filter(({trial}) => trial > 2);
    expect(cutOff.filter(({id, outcome}) => outcome === 'ok' && truth.get(id)?.outcome !== 'ok')).toEqual([]);
    if (signal === 'SIGINT') expect([...new Set(cutOff.map(({trial}) => trial))].sort()).toEqual([3, 4, 5]);
    const report = await cutover('report', out, '--format', 'markdown');
    expect([report.exitCode, report.stderr]).toEqual([0, '']);
  },
);
