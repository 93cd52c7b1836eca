import {readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {expect, test, vi} from 'vitest';
import {killLastingShard} from '../load/shards/continuous/test-lasting-hosts.ts';
import {temporaryFolder} from '../records/test-folder.ts';
import {endsOf, leftIn, readRun} from './rehearse/test-rehearse.ts';
import {killedWithShards, podLoadOf, shardsOf, withShards, wordsFor} from './rehearse/test-shards-rehearsal.ts';

const patience = 180_000;
// They mostly wait.
vi.setConfig({maxConcurrency: 2});

const resume = (folder: string, environment: Readonly<Record<string, string>> = {}) =>
  withShards(['rehearse', '--resume', join(folder, 'run'), '--format', 'csv'], environment);

const abort = (folder: string, environment: Readonly<Record<string, string>> = {}) =>
  withShards(['rehearse', '--abort', join(folder, 'run'), '--format', 'csv'], environment);

/** That nothing is noted of the journals, and the pods are there with them. */
const expectUntouched = async (folder: string): Promise<void> => {
  const load = await podLoadOf(folder);
  expect(load.shards.map(({journal, lost}) => [journal, lost])).toEqual([
    [null, null],
    [null, null],
  ]);
  expect(shardsOf(load)).toHaveLength(2);
};

const expectAllAccounted = async (folder: string): Promise<void> => {
  const {rehearsal, verdict} = await readRun(folder);
  expect(rehearsal).toMatchObject({status: 'complete', failure: null});
  expect(verdict.accounts).toMatchObject({agree: true, differences: []});
  expect(verdict.accounting).toMatchObject({lost: 0, duplicated: 0});
  expect(await endsOf(folder)).toEqual({served: verdict.accounting.sent});
  expect(leftIn(folder)).toEqual([]);
};

/** Another one than the pods have said. */
const otherVersion = async (folder: string): Promise<{restore(): Promise<void>}> => {
  const path = join(folder, 'run', 'rehearsal.json');
  const {sources = ''} = (await podLoadOf(folder)).program ?? {};
  const swap = async (from: string, to: string) =>
    writeFile(path, (await readFile(path, 'utf8')).replace(`"sources": "${from}"`, `"sources": "${to}"`));
  await swap(sources, 'another');
  return {restore: () => swap('another', sources)};
};

test.concurrent(
  'a resume that cannot reach the pods, or means others, leaves them their journals; the next one brings all of it',
  async () => {
    await using place = await temporaryFolder();
    await killedWithShards(place.path, 'candidate-up');

    const away = await resume(place.path, {TEST_CLUSTER: 'away'});
    expect(away.stderr).toContain('KUBERNETES_UNREACHABLE: the cluster does not answer');
    await expectUntouched(place.path);

    const another = await resume(place.path, {TEST_CLUSTER: 'another'});
    expect(another.stderr).toContain(
      'BAD_OPTIONS: The load pods of this rehearsal are on one, and this would look on another',
    );
    await expectUntouched(place.path);

    const version = await otherVersion(place.path);
    const strange = await resume(place.path);
    expect(strange.stderr).toContain('Job processes in namespace here stays');
    expect(strange.stderr).toMatch(/^SHARDS_DID_NOT_START: its image has cutover .* \(sources another\)$/m);
    await expectUntouched(place.path);
    await version.restore();

    const load = await podLoadOf(place.path);
    const {exitCode, stderr} = await resume(place.path);
    expect({exitCode, stderr}).toMatchObject({exitCode: 2});
    await expectAllAccounted(place.path);
    expect(shardsOf(load)).toEqual([]);
  },
  patience,
);

test.concurrent(
  'Ctrl-C is heard while journals of a killed harness are brought, and loses none',
  async () => {
    await using place = await temporaryFolder();
    await killedWithShards(place.path, 'candidate-up');
    const [one] = shardsOf(await podLoadOf(place.path));
    process.kill(one?.pid ?? 0, 'SIGSTOP');
    const resumed = resume(place.path);
    for await (const line of resumed.iterable({from: 'stderr'}))
      if (line.startsWith('Bringing the journals')) resumed.kill('SIGINT');
    expect((await resumed).exitCode).toBe(20);
    process.kill(one?.pid ?? 0, 'SIGCONT');
    const load = await podLoadOf(place.path);
    expect(load.shards[0]).toMatchObject({journal: null, lost: null});
    expect(shardsOf(load)).toHaveLength(2);
    const {exitCode, stderr} = await resume(place.path);
    expect({exitCode, stderr}).toMatchObject({exitCode: 2});
    await expectAllAccounted(place.path);
  },
  patience,
);

test.concurrent(
  'kill -9 when the pods are ready and have not been told to begin: they have sent nothing, and --resume goes on with others',
  async () => {
    await using place = await temporaryFolder();
    const killed = await withShards(await wordsFor(place.path), {TEST_KILLED_AT_ORDER: 'begin'});
    expect(killed.signal).toBe('SIGKILL');
    await expectUntouched(place.path);
    const {exitCode, stderr} = await resume(place.path);
    expect({exitCode, stderr}).toMatchObject({exitCode: 2});
    const load = await podLoadOf(place.path);
    expect(load.shards).toMatchObject([{sent: 0}, {sent: 0}]);
    expect(shardsOf(load)).toEqual([]);
    await expectAllAccounted(place.path);
  },
  patience,
);

test.concurrent(
  '--abort brings what the pods have sent and removes them; where it cannot, it names what stays',
  async () => {
    await using place = await temporaryFolder();
    await killedWithShards(place.path, 'candidate-up');
    await abort(place.path);
    const load = await podLoadOf(place.path);
    expect(load.shards).toMatchObject([{journal: 'client.1.1.jsonl'}, {journal: 'client.1.2.jsonl'}]);
    expect([leftIn(place.path), shardsOf(load)]).toEqual([[], []]);
    expect((await readRun(place.path)).rehearsal.status).toBe('interrupted');

    await using other = await temporaryFolder();
    await killedWithShards(other.path, 'candidate-up');
    const {stderr} = await abort(other.path, {TEST_CLUSTER: 'away'});
    expect(stderr).toContain('The journals of the load pods were not brought: the cluster does not answer');
    expect(stderr).toContain(
      'Job processes in namespace here may stay: the cluster does not answer. Remove it there: npm run clean -- --kube-namespace here',
    );
    await expectUntouched(other.path);
    expect(leftIn(other.path)).toEqual([]);
    for (const {pod} of (await podLoadOf(other.path)).shards) await killLastingShard(pod);
  },
  patience,
);
