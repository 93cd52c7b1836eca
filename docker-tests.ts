import {access, constants} from 'node:fs/promises';
import {get} from 'node:http';
import {delimiter, join} from 'node:path';

/** A user's PATH often lacks where Debian puts servers. */
export const pathWithServers = [process.env.PATH, '/usr/sbin', '/sbin'].join(delimiter);

/** What `*.docker.test.ts` need and this machine lacks, in words; empty where they can run. Takes at most a second. */
export const lackingForDocker = async (): Promise<readonly string[]> => {
  const programs = ['dockerd', 'docker-registry', 'sshd', 'ssh', 'openssl'];
  const found = await Promise.all(programs.map(isOnPath));
  return [
    ...((await dockerAnswers()) ? [] : ['a Docker engine on a socket of this machine']),
    ...(process.getuid?.() === 0 ? [] : ['root']),
    ...programs.filter((_, index) => !found[index]),
  ];
};

const isOnPath = (program: string): Promise<boolean> =>
  Promise.any(pathWithServers.split(delimiter).map(folder => access(join(folder, program), constants.X_OK))).then(
    () => true,
    () => false,
  );

/** dockerode would take longer to load than the answer takes to come. */
const dockerAnswers = (): Promise<boolean> =>
  new Promise(resolve => {
    const socketPath = (process.env.DOCKER_HOST ?? 'unix:///var/run/docker.sock').replace(/^unix:\/\//, '');
    if (!socketPath.startsWith('/')) return resolve(false); // tests start engines beside it: it must be of this machine
    get({socketPath, path: '/_ping', agent: false, signal: AbortSignal.timeout(900)}, answer => {
      answer.resume();
      resolve(answer.statusCode === 200);
    }).on('error', () => resolve(false));
  });
