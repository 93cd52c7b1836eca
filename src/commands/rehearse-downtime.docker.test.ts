import {expect, test} from 'vitest';
import {temporaryFolder} from '../records/test-folder.ts';
import type {Arm} from '../schema/block.ts';
import type {Rehearsal, RehearsalEvent} from '../schema/rehearsal.ts';
import {expectWhole, figuresOf, leftOnDocker, rehearseOnDocker} from './rehearse/test-docker-rehearsal.ts';
import {cutoverCached, readRun} from './rehearse/test-rehearse.ts';

/** What the issue allows between the client's figure and the truth. */
const withinMs = 100;

/** When an engine, by its own account, had answered the load's requests. */
const answeredMs = ({engines}: Rehearsal, side: Arm, incarnation: number): readonly number[] => {
  const account = engines.find(engine => engine.arm === side && engine.incarnation === incarnation)?.account;
  const ofLoad = (account?.requests ?? []).filter(({id, outcome}) => /^s\d+-/.test(id) && outcome === 'ok');
  return ofLoad.map(({endMs}) => endMs);
};

const routedMs = (events: readonly RehearsalEvent[], primary: Arm | null): readonly number[] =>
  events.flatMap(({route, atMs}) => (route?.primary === primary ? [atMs] : []));

test("the downtime of a restart is that of the engines' own accounts, and that of the gateway's routes", async ({
  annotate,
}) => {
  await using place = await temporaryFolder();
  const words = await rehearseOnDocker(place.path, {
    strategy: {kind: 'restart'},
    // A request every 7 ms: the client sees no finer than that.
    change: plan => ({
      ...plan,
      load: [{name: 'embed', workload: {kind: 'embed', batch: 1, promptTokens: 8}, ratePerSecond: 150}],
    }),
  });
  const said = await cutoverCached(words);
  expect([0, 1, 2, 3], said.stderr).toContain(said.exitCode);
  await expectWhole(place.path);
  const {rehearsal, verdict} = await readRun(place.path);

  const [cutover, rollback] = [verdict.times.cutoverDowntimeMs ?? 0, verdict.times.rollbackDowntimeMs ?? 0];
  const between = (last: readonly number[], first: readonly number[]) => Math.min(...first) - Math.max(...last);
  const byEngines = [
    between(answeredMs(rehearsal, 'baseline', 1), answeredMs(rehearsal, 'candidate', 1)),
    between(answeredMs(rehearsal, 'candidate', 1), answeredMs(rehearsal, 'baseline', 2)),
  ] as const;
  const nobody = routedMs(rehearsal.events, null);
  const [toCandidate = 0] = routedMs(rehearsal.events, 'candidate');
  const backAgain = routedMs(rehearsal.events, 'baseline').at(-1) ?? 0;
  const byRoutes = [toCandidate - (nobody[0] ?? 0), backAgain - (nobody[1] ?? 0)] as const;
  const shown = (numbers: readonly number[]) => numbers.map(ms => ms.toFixed(1)).join(' and ');
  await annotate(
    `client ${shown([cutover, rollback])} ms, engines ${shown(byEngines)} ms, routes ${shown(byRoutes)} ms`,
  );
  await annotate(figuresOf(verdict));
  for (const [byClient, engines, routes] of [
    [cutover, byEngines[0], byRoutes[0]],
    [rollback, byEngines[1], byRoutes[1]],
  ] as const) {
    expect(byClient).toBeGreaterThan(100);
    expect(Math.abs(byClient - engines), 'to the engines').toBeLessThan(withinMs);
    expect(Math.abs(byClient - routes), 'to the routes').toBeLessThan(withinMs);
  }
  expect(await leftOnDocker(place.path)).toEqual([]);
}, 120_000);
