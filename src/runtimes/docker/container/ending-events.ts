import type Docker from 'dockerode';
import {dockerStream} from '../docker-stream.ts';

/** What befell a container that has ended, as far as its Docker engine remembers. */
interface EndingEvents {
  /** The kernel killed one of its processes at the memory limit, not always the first one. */
  readonly oom: boolean;
  /** Somebody sent it a signal through Docker, or the engine itself did on its way down. */
  readonly signalled: boolean;
}

/** Asked for only when the container has ended: it only says why. */
export const endingEvents = async (
  docker: Docker,
  {Id, State}: Pick<Docker.ContainerInspectInfo, 'Id' | 'State'>,
): Promise<EndingEvents> => {
  const query = {
    since: secondsOf(Date.parse(State.StartedAt) - 1000),
    until: secondsOf(Date.parse(State.FinishedAt) + 1),
    filters: JSON.stringify({container: [Id], event: ['oom', 'kill']}),
  };
  let text = '';
  try {
    for await (const chunk of await dockerStream(docker, {method: 'GET', path: '/events', query})) text += chunk;
  } catch {
    // A Docker engine that goes down answers no more.
  }
  return {oom: State.OOMKilled || text.includes('"Action":"oom"'), signalled: text.includes('"Action":"kill"')};
};

const secondsOf = (ms: number): string => `${Math.floor(ms / 1000)}.${String(ms % 1000).padStart(3, '0')}000000`;
