import {once} from 'node:events';
import {createServer} from 'node:http';
import type {AddressInfo} from 'node:net';
import {afterEach, beforeEach, expect, test, vi} from 'vitest';
import {temporaryFolder} from '../records/test-folder.ts';
import {copyFakeEngine} from '../runtimes/docker/test-docker.ts';
import {type OwnDocker, ownDocker} from '../runtimes/docker/test-own-docker.ts';
import {coveringRestarts, everyRestart, long} from './rehearse/test-cells.ts';
import {
  expectWhole,
  figuresOf,
  leftOnDocker,
  rehearseOnDocker,
  shortStrategies,
} from './rehearse/test-docker-rehearsal.ts';
import {cutoverCached, readRun} from './rehearse/test-rehearse.ts';

// Each on a Docker engine of its own, which nobody else minds being restarted.
vi.setConfig({testTimeout: 180_000});
let engine: OwnDocker;
let image = '';
beforeEach(async () => {
  engine = await ownDocker();
  image = await copyFakeEngine(engine.docker);
}, 120_000);
afterEach(() => engine[Symbol.asyncDispose]());

/** What --docker-restart-command runs: it asks this process, whose child the engine is, and returns when the engine serves again. */
const restartCommand = async (): Promise<AsyncDisposable & {readonly command: string}> => {
  const server = createServer(async (_, response) => {
    await engine.stop();
    await engine.start();
    response.end();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const {port} = server.address() as AddressInfo;
  return {
    command: `'${process.execPath}' -e 'fetch("http://127.0.0.1:${port}").then(reply => reply.text())'`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
    },
  };
};

test.for(long ? everyRestart : coveringRestarts)(
  '%s · docker-restarts: both sides are gone, the baseline is started again, and all is accounted for',
  async (kind, {annotate}) => {
    await using place = await temporaryFolder();
    await using restart = await restartCommand();
    const words = await rehearseOnDocker(place.path, {strategy: shortStrategies[kind], image});
    const given = ['--scenario', 'docker-restarts', '--docker-restart-command', restart.command];
    const said = await cutoverCached([...words, ...given], engine.environment);
    expect([0, 1, 2, 3], `${said.stdout}\n${said.stderr}`).toContain(said.exitCode);
    const {rehearsal, verdict} = await readRun(place.path);
    await annotate(figuresOf(verdict));
    expect(rehearsal.events.find(({kind: what}) => what === 'detected')?.text).toMatch(/^(died|errors): /);
    const baselines = rehearsal.engines.filter(({arm}) => arm === 'baseline').map(({incarnation}) => incarnation);
    expect(baselines).toEqual([1, 2]);
    expect(rehearsal.findings.map(({code}) => code)).not.toContain('baseline-died');
    await expectWhole(place.path, {baselineMayFail: true});
    expect(await leftOnDocker(place.path, engine.docker)).toEqual([]);
  },
);
