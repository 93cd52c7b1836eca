import type {Engine} from '../../engines/engine.ts';
import {CutoverError, reasonOf} from '../../errors.ts';
import type {DockerHost} from '../../runtimes/docker/connect/host.ts';
import {cacheSources} from '../../runtimes/docker/container/cache-mounts.ts';
import {assertPortsDiffer, mergeSettings, publishOf} from '../../runtimes/docker/container/settings.ts';
import {imageBytes, readEngineFacts} from '../../runtimes/docker/engine-facts.ts';
import {imageFor} from '../../runtimes/docker/image/images-file.ts';
import {engineInstalled} from '../../runtimes/installed.ts';
import {assertPortFree} from '../../runtimes/process/port.ts';
import {membersOf} from '../../runtimes/topology/members.ts';
import {type Role, roles} from '../../schema/request.ts';
import type {ContainerSettings, StackPlan, StackServer} from '../../schema/stack.ts';
import {orFinding} from './docker.ts';
import {type Finding, missing} from './findings.ts';
import {dockerPlace, type ModelPlace, processPlace, readModel} from './model-place.ts';
import {folderState, freeBytes} from './models.ts';
import {
  cacheCheck,
  imageCheck,
  installedCheck,
  isFakeEngine,
  isFolder,
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
  /** Whether it is, or would be, on this machine. */
  readonly local: boolean;
  /** The runtime that is looked at. */
  readonly runtime: 'docker' | 'process';
  /** Whether the options name what only containers use: then nobody asks for an engine that is installed here. */
  readonly containers: boolean;
  readonly python: string;
  readonly environment: NodeJS.ProcessEnv;
}

type Server = {
  readonly name: string;
  readonly server: StackServer;
  readonly settings: ContainerSettings;
  readonly image: string;
};
type Placed = Server & {readonly place: ModelPlace};

/** What this plan needs of the machine: image, models and their cache, ports, the engine itself. */
export const lookAtPlan = async (asked: PlanToLookAt): Promise<readonly Finding[]> => {
  const {engine, plan, models, hostSettings, host, local, runtime, containers, python, environment} = asked;
  const servers = await Promise.all(
    membersOf(plan, roles).map(async ({name, server}) => {
      const model = models[server.role];
      const settings = mergeSettings(plan.docker, server.docker, hostSettings);
      return {
        name,
        // Of another model the plan does not know the size.
        server: model === undefined ? server : {...server, model, memory: undefined},
        settings,
        image: await imageFor(engine.name, settings),
      };
    }),
  );
  const placeOf = ({settings}: Server): Promise<ModelPlace> =>
    runtime === 'docker'
      ? dockerPlace(host, local, cacheSources(settings, engine.name, local, environment).models)
      : processPlace(environment);
  const placed = () => Promise.all(servers.map(async one => ({...one, place: await placeOf(one)})));
  const installed = containers ? null : await engineInstalled(engine, python);
  return [
    ...(host === null ? [] : await orFinding('image', imageFindings(servers, host))),
    ...(await orFinding(
      'model cache',
      placed().then(servers => modelFindings(oneOfAKind(servers), runtime)),
    )),
    ...(runtime === 'docker' && host !== null ? wayFindings(servers, host) : []),
    ...(await portFindings(servers, runtime, local)),
    ...(installed === null ? [] : [installedCheck(engine.title, engine.name, python, installed)]),
  ];
};

/** Servers of one role have one model, and a router has none. */
const oneOfAKind = (servers: readonly Placed[]): readonly Placed[] => {
  const kinds = Map.groupBy(
    servers.filter(({server}) => server.part !== 'router'),
    ({server: {role, model}}) => `${role} ${model}`,
  );
  return [...kinds.values()].flatMap(([first]) => first ?? []);
};

const imageFindings = async (servers: readonly Server[], host: DockerHost): Promise<readonly Finding[]> => {
  const references = new Set(servers.map(({image}) => image));
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
      const used = servers.filter(
        ({server, image}) => runtime === 'process' || !isFakeEngine(image) || isFolder(server.model),
      );
      const models = await Promise.all(used.map(({server}) => readModel(server, place)));
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

/** Whether requests would get to the servers from here. */
const wayFindings = (servers: readonly Server[], host: DockerHost): readonly Finding[] => {
  const published = new Set(servers.map(({settings}) => publishOf(settings)));
  return [...published].flatMap(publish => refusalOf('way', () => host.assertReachable(publish)));
};

/** What `assert` would keep a start from with, as a finding. */
const refusalOf = (what: string, assert: () => void): readonly Finding[] => {
  try {
    assert();
    return [];
  } catch (thrown) {
    if (!(thrown instanceof CutoverError)) throw thrown;
    return [missing(what, ['docker'], thrown.message, thrown.hint ?? null)];
  }
};

/** The plan's ports for processes; for containers, whose ports are free ones that Docker chooses, those that were named. */
const portFindings = async (
  servers: readonly Server[],
  runtime: 'docker' | 'process',
  local: boolean,
): Promise<readonly Finding[]> => {
  const byName = servers.map(({name, settings}) => ({name, settings}));
  const shared = runtime === 'docker' ? refusalOf('ports', () => assertPortsDiffer(byName)) : [];
  if (shared.length > 0) return shared;
  const wanted =
    runtime === 'process'
      ? servers.map(({name, server: {port}}) => ({role: name, port, address: '127.0.0.1'}))
      : servers.flatMap(({name, settings}) =>
          settings.hostPort === undefined || !local
            ? []
            : [{role: name, port: settings.hostPort, address: publishOf(settings)}],
        );
  if (wanted.length === 0) return [];
  const facts = wanted.map(async ({role, port, address}): Promise<PortFacts> => {
    const problem = await assertPortFree(role, address, port).then(() => null, reasonOf);
    return {role, port, problem};
  });
  return [portsCheck(await Promise.all(facts), runtime)];
};
