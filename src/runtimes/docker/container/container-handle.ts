import {servedRoles} from '../../../schema/served-roles.ts';
import type {ServerHandle} from '../../server-handle.ts';
import type {DockerHost} from '../connect/host.ts';
import {unless} from '../docker-error.ts';
import {type ContainerPlan, endpointOf, portKey} from './config.ts';
import {hostProcesses} from './host-processes.ts';

interface Handled {
  readonly name: string;
  readonly host: Pick<DockerHost, 'docker'>;
  readonly id: string;
  readonly plan: Pick<ContainerPlan, 'server' | 'settings' | 'network' | 'alias'>;
  /** The origin of a port of the Docker host, from here. */
  reached(port: number): Promise<string>;
}

/** What Docker can do to a container besides stopping it. Rejects with Docker's refusal. */
export const containerHandle = ({name, host: {docker}, id, plan, reached}: Handled): ServerHandle => {
  const container = docker.getContainer(id);
  const network = docker.getNetwork(plan.network);
  // 404 and 409: it has ended, or is in that state already.
  const thaw = async () => void (await unless([404, 409, 500], container.unpause()));
  return {
    name,
    part: plan.server.part,
    roles: servedRoles(plan.server),
    // A paused one cannot be killed; the wait until it is thawed gives it no time to do anything.
    kill: async () => {
      const killed = unless([404], container.kill()).catch(async () => {
        await thaw();
        await unless([404, 409], container.kill());
      });
      await killed;
    },
    freeze: async () => void (await container.pause()),
    thaw,
    network: {
      cut: async () => void (await network.disconnect({Container: id, Force: true})),
      async mend() {
        await network.connect({Container: id, EndpointConfig: endpointOf(plan)});
        // Docker gives it another port, where none was asked for by number.
        const {NetworkSettings} = await container.inspect();
        return reached(Number(NetworkSettings.Ports[portKey(plan.server)]?.[0]?.HostPort ?? 0));
      },
    },
    async hostMiB() {
      const told = await container.stats({stream: false, 'one-shot': true}).catch(() => null);
      const {usage, stats} = told?.memory_stats ?? {};
      if (usage === undefined) return null;
      // As `docker stats` shows it: without what the kernel could drop of files (cgroup v2, then v1).
      return (usage - (stats?.inactive_file ?? stats?.total_inactive_file ?? 0)) / 2 ** 20;
    },
    processes: () => hostProcesses(docker, id),
    memoryLimitGiB: plan.settings.memoryGiB ?? null,
    async runPython(program, words) {
      const running = await container.exec({Cmd: ['python3', '-c', program, ...words]});
      await running.start({Detach: true});
    },
  };
};
