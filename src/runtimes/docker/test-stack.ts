import {randomBytes} from 'node:crypto';
import {mkdtemp, readFile, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import type Docker from 'dockerode';
import type {Engine} from '../../engines/engine.ts';
import {engines} from '../../engines/index.ts';
import {type ContainerSettings, type StackServer, stackPlan} from '../../schema/stack.ts';
import {runLabel} from './ownership/labels.ts';
import type {DockerOptions} from './start.ts';
import {fakeEngineImage, testDocker} from './test-docker.ts';

const {launch} = engines.vllm;
if (launch === null) throw new Error('the fake engine stands in for an engine that cutover can start');

/** Gives its servers little time to stop, and is a real engine in everything else. */
export const quickEngine = {...engines.vllm, launch: {...launch, graceSeconds: 0.5}} satisfies Engine;

/** A run of the fake engine on a real Docker engine, with everything it makes under a name of its own. */
export interface TestRun extends AsyncDisposable {
  readonly docker: Docker;
  readonly runId: string;
  readonly folder: string;
  /** What the runtime said. */
  readonly lines: string[];
  options(servers: readonly TestServer[], changes?: Partial<DockerOptions>): DockerOptions;
  /** What of this run is on the Docker engine, by kind. */
  left(): Promise<{containers: string[]; networks: string[]}>;
  log(role: string): Promise<string>;
}

/** `fake` is what CUTOVER_FAKE asks of it. */
type TestServer = Pick<StackServer, 'role'> & Partial<StackServer> & {readonly fake?: string};

export const testRun = async (on?: Docker): Promise<TestRun> => {
  const [docker, image] = [on ?? (await testDocker()), await fakeEngineImage()];
  const runId = `test-${randomBytes(5).toString('hex')}`;
  const folder = await mkdtemp(join(tmpdir(), 'cutover-docker-run-'));
  const lines: string[] = [];
  const caches = {modelCache: `${runId}-models`, compileCache: `${runId}-compiled`};
  // Lower than any Docker engine's own: one in CI may not raise it, and would have to try twice.
  const ulimits = {memlock: 65_536, stack: 8_388_608};
  const hostSettings: ContainerSettings = {image, gpus: 'none', ulimits, ...caches};
  const filters = {label: [`${runLabel}=${runId}`]};
  return {
    docker,
    runId,
    folder,
    lines,
    options: (servers, changes = {}) => ({
      engine: engines.vllm,
      plan: stackPlan.parse({
        name: 'test',
        engine: 'vllm',
        description: 'the fake engine',
        servers: servers.map(({fake, environment, ...server}, index) => ({
          model: 'test/model',
          port: 8000 + index,
          arguments: {},
          environment: {...environment, ...(fake !== undefined && {CUTOVER_FAKE: fake})},
          ...server,
        })),
      }),
      models: {},
      roles: servers.map(({role}) => role),
      runId,
      folder,
      environment: process.env,
      signal: new AbortController().signal,
      onLine: line => lines.push(line),
      ...changes,
      hostSettings: {...hostSettings, ...changes.hostSettings},
    }),
    async left() {
      const containers = await docker.listContainers({all: true, filters});
      const networks = await docker.listNetworks({filters});
      return {containers: containers.flatMap(({Names}) => Names), networks: networks.map(({Name}) => Name)};
    },
    log: role => readFile(join(folder, `${role}.log`), 'utf8'),
    async [Symbol.asyncDispose]() {
      for (const {Id} of await docker.listContainers({all: true, filters}))
        await docker.getContainer(Id).remove({force: true});
      for (const {Id} of await docker.listNetworks({filters})) await docker.getNetwork(Id).remove();
      for (const name of Object.values(caches))
        await docker
          .getVolume(name)
          .remove()
          .catch(() => {});
      await rm(folder, {recursive: true});
    },
  };
};
