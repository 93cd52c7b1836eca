import type Docker from 'dockerode';
import {dockerStream} from '../docker-stream.ts';

/** What befell a container that has ended, as far as its Docker engine remembers. */
interface EndingEvents {
  /** The kernel killed one of its processes at the memory limit, not always the first one. */
  readonly oom: boolean;
  /** Somebody sent it a signal through Docker, or the engine itself did on its way down. */
  readonly signalled: boolean;
}

const oomAction = '"Action":"oom"';
const killAction = '"Action":"kill"';

/** Docker writes down that it signalled a container after it has, and the container may have ended by then. */
const newsTakesMs = (exitCode: number) => (exitCode === 137 || exitCode === 143 ? 1000 : 300);

/** Docker remembers these and answers at once; one that does not must not keep the news of the end. */
const limitMs = 5000;

/** Asked for only when the container has ended: it only says why. Without what Docker does not tell within `withinMs`. */
export const endingEvents = async (
  docker: Docker,
  {Id, State}: Pick<Docker.ContainerInspectInfo, 'Id' | 'State'>,
  withinMs = limitMs,
): Promise<EndingEvents> => {
  const query = {
    since: secondsOf(Date.parse(State.StartedAt) - 1000),
    until: secondsOf(Date.parse(State.FinishedAt) + newsTakesMs(State.ExitCode)),
    filters: JSON.stringify({container: [Id], event: ['oom', 'kill']}),
  };
  let text = '';
  try {
    const signal = AbortSignal.timeout(withinMs);
    for await (const chunk of await dockerStream(docker, {method: 'GET', path: '/events', query, signal})) {
      text += chunk;
      if (text.includes(oomAction) || text.includes(killAction)) break;
    }
  } catch {
    // A Docker engine that goes down answers no more.
  }
  return {oom: State.OOMKilled || text.includes(oomAction), signalled: text.includes(killAction)};
};

const secondsOf = (ms: number): string => `${Math.floor(ms / 1000)}.${String(ms % 1000).padStart(3, '0')}000000`;
