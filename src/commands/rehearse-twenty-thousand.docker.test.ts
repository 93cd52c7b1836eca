import {describe, expect, type TestContext, test, vi} from 'vitest';
import {temporaryFolder} from '../records/test-folder.ts';
import {coveringManyRequests, everyManyRequests, long} from './rehearse/test-cells.ts';
import {
  expectWhole,
  figuresOf,
  leftOnDocker,
  rehearseOnDocker,
  shortStrategies,
} from './rehearse/test-docker-rehearsal.ts';
import {cutoverCached, readRun} from './rehearse/test-rehearse.ts';

vi.setConfig({testTimeout: 300_000});

const ratePerSecond = 300;
const [watchSeconds, atLeast] = long ? [55, 20_000] : [5, 2000];

describe(`over ${atLeast} requests`, () => {
  test.for(long ? everyManyRequests : coveringManyRequests)(
    '%s loses, repeats, fails and refuses none',
    async (kind, {annotate}: TestContext) => {
      await using place = await temporaryFolder();
      const words = await rehearseOnDocker(place.path, {
        strategy: shortStrategies[kind],
        roles: ['rerank', 'embed'],
        change: plan => ({
          ...plan,
          // A score is a few bytes, where a vector is 20 kB that four processes read.
          load: [{name: 'rerank', workload: {kind: 'rerank', batch: 1, promptTokens: 8}, ratePerSecond}],
          watchSeconds,
          // How fast a busy machine is, is not the question here.
          watch: {...plan.watch, latencyMarginShare: 100, hangSeconds: 9},
        }),
      });
      const said = await cutoverCached(words);
      expect([0, 1, 2, 3], `${said.stdout}\n${said.stderr}`).toContain(said.exitCode);
      const {verdict} = await readRun(place.path);
      await annotate(figuresOf(verdict));
      await expectWhole(place.path);
      const {sent} = verdict.accounting;
      expect(sent).toBeGreaterThanOrEqual(atLeast);
      expect(verdict.accounting).toEqual({sent, served: sent, refused: 0, failed: 0, lost: 0, duplicated: 0});
      expect(verdict.accounts).toMatchObject({agree: true, engines: [{by: 'ids'}, {by: 'ids'}]});
      const told = verdict.accounts.engines.map(({finished, expected}) => [finished, expected]);
      for (const [finished, expected] of told) expect(finished).toBe(expected);
      expect(await leftOnDocker(place.path)).toEqual([]);
    },
  );
});
