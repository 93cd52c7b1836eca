import {readdir, readFile, stat} from 'node:fs/promises';
import {join} from 'node:path';
import {expect, test, vi} from 'vitest';
import {killLastingShard} from '../load/shards/continuous/test-lasting-hosts.ts';
import {temporaryFolder} from '../records/test-folder.ts';
import {endsOf, leftIn, readRun, saidStage} from './rehearse/test-rehearse.ts';
import {killedWithShards, podLoadOf, shardsOf, withShards, wordsFor} from './rehearse/test-shards-rehearsal.ts';
import {cutover, processesNaming} from './test-cutover.ts';

const patience = 120_000;
// They mostly wait.
vi.setConfig({maxConcurrency: 2});

test.concurrent(
  'a load from two pods is accounted for as one of this machine is, by journals on its clock; nothing is left of it',
  async () => {
    await using place = await temporaryFolder();
    const {exitCode, stderr} = await withShards(await wordsFor(place.path));
    expect({exitCode, stderr}).toMatchObject({exitCode: 2});
    const {rehearsal, verdict} = await readRun(place.path);
    expect(rehearsal).toMatchObject({status: 'complete', failure: null});
    expect(rehearsal.podLoads).toMatchObject([
      {
        ...{sitting: 1, image: 'never-pulled', job: 'processes'},
        shards: [{journal: 'client.1.1.jsonl'}, {journal: 'client.1.2.jsonl'}],
      },
    ]);
    expect(verdict.stages.find(({name}) => name === 'before')?.requests.sent).toBeGreaterThan(20);
    expect(verdict.accounts).toMatchObject({agree: true, differences: []});
    expect(verdict.accounting).toMatchObject({refused: 0, failed: 0, lost: 0, duplicated: 0});
    expect(await endsOf(place.path)).toEqual({served: verdict.accounting.sent});
    for (const code of ['load-whole', 'load-clocks'])
      expect(verdict.checks.find(check => check.code === code)).toMatchObject({outcome: 'pass'});
    expect(leftIn(place.path)).toEqual([]);
    expect(shardsOf(await podLoadOf(place.path))).toEqual([]);
    expect(await readdir(join(place.path, 'run'))).not.toContain('gateway-token');
  },
  patience,
);

test.concurrent.each([
  ['watch', 2],
  ['down', 1],
] as const)(
  'kill -9 of the harness in %s: the pods go on, --resume brings what they sent, and every request is accounted for',
  async (stage, loads) => {
    await using place = await temporaryFolder();
    await killedWithShards(place.path, stage);
    const run = join(place.path, 'run');
    const begun = await podLoadOf(place.path);
    expect(shardsOf(begun)).toHaveLength(2);
    const token = await readFile(join(run, 'gateway-token'), 'utf8');
    expect((await stat(join(run, 'gateway-token'))).mode & 0o777).toBe(0o600);
    expect(processesNaming(token)).toEqual([]);
    for (const file of ['rehearsal.json', 'logs/gateway.log', 'logs/gateway.log.out'])
      expect(await readFile(join(run, file), 'utf8')).not.toContain(token);

    const {exitCode, stderr} = await withShards(['rehearse', '--resume', run, '--format', 'csv']);
    expect({exitCode, stderr}).toMatchObject({exitCode: 2});
    const {rehearsal, verdict} = await readRun(place.path);
    const journals = [
      [1, ['client.1.1.jsonl', 'client.1.2.jsonl']],
      [2, ['client.2.1.jsonl', 'client.2.2.jsonl']],
    ];
    expect(rehearsal.podLoads?.map(({sitting, shards}) => [sitting, shards.map(({journal}) => journal)])).toEqual(
      journals.slice(0, loads),
    );
    expect(verdict.accounts).toMatchObject({agree: true, differences: []});
    expect(verdict.accounting).toMatchObject({lost: 0, duplicated: 0});
    expect(await endsOf(place.path)).toEqual({served: verdict.accounting.sent});
    expect(verdict.checks.find(({code}) => code === 'cut-off')?.detail).toMatch(/^0 requests on the way/);
    expect([leftIn(place.path), shardsOf(begun)]).toEqual([[], []]);
  },
  patience,
);

test.concurrent(
  'a pod that is lost ends the rehearsal, which is void: one sentence names it',
  async () => {
    await using place = await temporaryFolder();
    const running = withShards(await wordsFor(place.path));
    await saidStage(running, 'watch');
    const run = join(place.path, 'run');
    const {pod = ''} = (await podLoadOf(place.path)).shards[1] ?? {};
    await killLastingShard(pod);
    const {exitCode, stderr} = await running;
    expect(exitCode).toBe(12);
    expect(stderr).toContain(`SHARD_LOST: The load is not whole: shard 2 of 2 (${pod}): its process was killed`);
    expect(leftIn(place.path)).toEqual([]);

    const shown = await cutover('rehearse', '--from', run, '--format', 'csv');
    expect(shown.exitCode).toBe(3);
    const {rehearsal, verdict} = await readRun(place.path);
    expect(rehearsal.podLoads?.[0]?.shards.map(({journal, lost}) => [journal, lost])).toEqual([
      ['client.1.1.jsonl', null],
      [null, `shard 2 of 2 (${pod}): its process was killed`],
    ]);
    expect([verdict.migration.verdict, verdict.rollback.verdict]).toEqual(['VOID', 'VOID']);
    expect(verdict.migration.reasons[0]).toBe(
      `The load is not whole, and cannot be accounted for: shard 2 of 2 (${pod}): its process was killed.`,
    );
  },
  patience,
);
