import type {Engine} from '../../engines/engine.ts';
import {reasonOf} from '../../errors.ts';
import type {DockerHost} from '../../runtimes/docker/connect/host.ts';
import {cacheSources} from '../../runtimes/docker/container/cache-mounts.ts';
import {mergeSettings, publishOf} from '../../runtimes/docker/container/settings.ts';
import {imageBytes, readEngineFacts} from '../../runtimes/docker/engine-facts.ts';
import {imageFor} from '../../runtimes/docker/image/images-file.ts';
import {engineInstalled} from '../../runtimes/installed.ts';
import {assertPortFree} from '../../runtimes/process/port.ts';
import type {Role} from '../../schema/request.ts';
import type {ContainerSettings, StackPlan, StackServer} from '../../schema/stack.ts';
import type {Finding} from './findings.ts';
import {dockerPlace, type ModelPlace, processPlace, readModel} from './model-place.ts';
import {folderState, freeBytes} from './models.ts';
import {
  cacheCheck,
  imageCheck,
  installedCheck,
  modelCheck,
  modelDiskCheck,
  type PortFacts,
  portsCheck,
} from './plan-checks.ts';

interface PlanToLookAt {
  readonly engine: Engine;
  readonly plan: StackPlan;
  /** In place of the plan's. */
  readonly models: Partial<Record<Role, string>>;
  readonly hostSettings: ContainerSettings;
  /** Null where no Docker engine answered. */
  readonly host: DockerHost | null;
  /** The runtime that is looked at. */
  readonly runtime: 'docker' | 'process';
  readonly python: string;
  readonly environment: NodeJS.ProcessEnv;
}

type Placed = {readonly server: StackServer; readonly settings: ContainerSettings; readonly place: ModelPlace};

/** What this plan needs of the machine: image, models and their cache, ports, the engine itself. */
export const lookAtPlan = async (asked: PlanToLookAt): Promise<readonly Finding[]> => {
  const {engine, plan, models, hostSettings, host, runtime, python, environment} = asked;
  const servers = plan.servers.map(server => {
    const model = models[server.role];
    return {
      // Of another model the plan does not know the size.
      server: model === undefined ? server : {...server, model, memory: undefined},
      settings: mergeSettings(plan.docker, server.docker, hostSettings),
    };
  });
  const placeOf = (settings: ContainerSettings): Promise<ModelPlace> =>
    runtime === 'docker' && host !== null
      ? dockerPlace(host, cacheSources(settings, engine.name, host.local, environment).models)
      : processPlace(environment);
  const placed: Placed[] = await Promise.all(servers.map(async one => ({...one, place: await placeOf(one.settings)})));
  const installed = await engineInstalled(engine, python);
  return [
    ...(host === null ? [] : await imageFindings(engine, servers, host)),
    ...(await modelFindings(placed, runtime)),
    ...(await portFindings(servers, runtime, host)),
    ...(installed === null ? [] : [installedCheck(engine.title, engine.name, python, installed)]),
  ];
};

const imageFindings = async (
  engine: Engine,
  servers: readonly Pick<Placed, 'settings'>[],
  host: DockerHost,
): Promise<readonly Finding[]> => {
  const references = new Set(await Promise.all(servers.map(({settings}) => imageFor(engine.name, settings))));
  const {imagesFolder: folder} = await readEngineFacts(host);
  const visible = host.local && (await folderState(folder)) !== 'absent';
  const disk = {folder, freeBytes: visible ? await freeBytes(folder) : null};
  return Promise.all(
    [...references].map(async reference => imageCheck({reference, bytes: await imageBytes(host, reference)}, disk)),
  );
};

const modelFindings = async (placed: readonly Placed[], runtime: 'docker' | 'process'): Promise<readonly Finding[]> => {
  const places = Map.groupBy(placed, ({place}) => place.cache.where);
  const found = await Promise.all(
    [...places.values()].map(async servers => {
      const [{place} = servers[0] as Placed] = servers;
      const models = await Promise.all(servers.map(({server}) => readModel(server, place)));
      const disk = modelDiskCheck(models, place.freeBytes, runtime);
      return [
        cacheCheck(place.cache, runtime),
        ...models.map(model => modelCheck(model, runtime)),
        ...(disk === null ? [] : [disk]),
      ];
    }),
  );
  return found.flat();
};

/** The plan's ports for processes; for containers, whose ports are free ones that Docker chooses, those that were named. */
const portFindings = async (
  servers: readonly Pick<Placed, 'server' | 'settings'>[],
  runtime: 'docker' | 'process',
  host: DockerHost | null,
): Promise<readonly Finding[]> => {
  const wanted =
    runtime === 'process'
      ? servers.map(({server: {role, port}}) => ({role, port, address: '127.0.0.1'}))
      : servers.flatMap(({server: {role}, settings}) =>
          settings.hostPort === undefined || host?.local !== true
            ? []
            : [{role, port: settings.hostPort, address: publishOf(settings)}],
        );
  if (wanted.length === 0) return [];
  const facts = wanted.map(async ({role, port, address}): Promise<PortFacts> => {
    const problem = await assertPortFree(role, address, port).then(() => null, reasonOf);
    return {role, port, problem};
  });
  return [portsCheck(await Promise.all(facts), runtime)];
};
