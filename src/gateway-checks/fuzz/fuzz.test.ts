import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import {fuzzSession} from './fuzz-session.ts';

/** As many cases as fit in: the whole 100,000 are `.ci/long`'s. */
const playMs = process.env.CI ? 12_000 : 6000;

test('bad requests of all kinds are refused by the contract, and leave nothing behind', {timeout: 120_000}, async ({
  annotate,
}) => {
  const seed = Date.now() % 1_000_000;
  const folder = mkdtempSync(join(tmpdir(), 'gateway-fuzz-'));
  onTestFinished(() => rmSync(folder, {recursive: true}));
  await annotate(`npm run fuzz:gateway -- --seed ${seed}`);
  let until = Number.POSITIVE_INFINITY;
  const report = await fuzzSession({
    seed,
    warmUp: 500,
    wanted(begun) {
      if (begun === 0) until = performance.now() + playMs;
      return performance.now() < until;
    },
    forgetMs: 0,
    journal: join(folder, 'gateway.jsonl'),
  });
  const {counts, before, after, ...rest} = report;
  expect({seed, failures: counts.failures}).toEqual({seed, failures: []});
  expect(rest).toMatchObject({complaints: [], inFlight: 0, journal: {missing: 0, doubled: 0}});
  expect(counts.bad).toBeGreaterThan(0);
  expect(after.sockets).toBeLessThanOrEqual(before.sockets + 4);
  expect(after.descriptors).toBeLessThanOrEqual(before.descriptors + 16);
  // The lines of the last minute are kept: less than a kibibyte each.
  expect(after.heapMiB - before.heapMiB).toBeLessThan(8 + counts.replies / 1024);
});
