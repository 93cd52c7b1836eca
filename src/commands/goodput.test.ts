import {expect, test} from 'vitest';
import {temporaryFolder} from '../records/test-folder.ts';
import {e2eMs, tpotMs, ttftMs} from '../stats/latency.ts';
import {benchHere} from './test-cutover.ts';

test('each rate is a trial of its own, and the good requests of each are those of its samples within the limits', async () => {
  await using place = await temporaryFolder();
  const {failure, record, samples, stdout} = await benchHere(
    place.path,
    ...['--engine', 'vllm', '--runtime', 'embedded', '--suite', 'goodput', '--format', 'markdown'],
    ...['--requests', '12', '--output-tokens', '8', '--prompt-tokens', '64', '--warmup', '2'],
    ...['--levels', '8-128', '--slo', 'ttft-p99=400,tpot-p99=40'],
  );
  expect(failure).toBeNull();
  const [swept] = record.sweeps;
  if (swept?.spec.over !== 'rate') throw new Error('no sweep over rate');
  const {slo} = swept.spec;
  expect(swept.spec).toMatchObject({from: 8, to: 128, slo: {ttftP99Ms: 400, tpotP99Ms: 40, e2eP99Ms: null}});
  expect(record.trials.map(({suite}) => suite)).toEqual(swept.levels.map(({level}) => `goodput@${level}`));
  for (const {load} of record.trials) expect(load).toMatchObject({mode: 'open', arrivals: 'poisson', requests: 12});
  for (const {trial, goodShare} of swept.levels) {
    const good = samples.filter(
      sample =>
        sample.trial === trial &&
        sample.outcome === 'ok' &&
        (ttftMs(sample, 'scheduled') ?? Number.NaN) <= (slo.ttftP99Ms ?? Number.NaN) &&
        (tpotMs(sample) ?? Number.NaN) <= (slo.tpotP99Ms ?? Number.NaN) &&
        e2eMs(sample, 'scheduled') !== null,
    );
    expect(goodShare).toBe(good.length / 12);
  }
  const met = swept.levels.filter(({goodShare}) => (goodShare ?? 0) >= 0.99).map(({level}) => level);
  if (swept.found !== null) expect(met).toContain(swept.found.level);
  expect(stdout).toContain(`goodput#1: `);
  expect(stdout).toContain(swept.stopped);
});
