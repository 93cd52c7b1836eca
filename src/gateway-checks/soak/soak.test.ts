import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import {judgeSoak} from './soak-page.ts';
import {soak} from './soak-run.ts';

const seconds = process.env.CI ? 20 : 4;

test('a mixed load that is switched again and again loses nothing', {timeout: 90_000}, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'gateway-soak-'));
  onTestFinished(() => rmSync(folder, {recursive: true}));
  const outcome = await soak({seconds, ratePerSecond: 50, seed: 1, journal: join(folder, 'gateway.jsonl')});
  const {counts, switches, inFlight} = outcome;
  expect(judgeSoak(outcome)).toEqual({trends: [], complaints: [], open: []});
  expect([switches, inFlight]).toEqual([Math.floor(seconds / 3), 0]);
  // The rest went away by themselves.
  expect(counts.served + counts.refused).toBeGreaterThan(counts.sent * 0.8);
});
