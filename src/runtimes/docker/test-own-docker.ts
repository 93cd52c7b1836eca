import {appendFile, mkdtemp, readFile, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {Readable} from 'node:stream';
import {finished} from 'node:stream/promises';
import {setTimeout as delay} from 'node:timers/promises';
import Docker from 'dockerode';
import {startGuarded} from '../process/guarded.ts';
import {ownBridge} from './test-own-bridge.ts';

/** A Docker engine that only one test uses: nothing else is on it, and it can be restarted. */
export interface OwnDocker extends AsyncDisposable {
  readonly docker: Docker;
  /** As connectDocker would call it. */
  readonly name: string;
  /** For programs that are to use it. */
  readonly environment: {readonly DOCKER_HOST: string};
  /** Removes every container, network and volume. */
  empty(): Promise<void>;
  stop(): Promise<void>;
  start(): Promise<void>;
}

const startWithinMs = 30_000;

/** Starts a second dockerd with folders of its own; needs root, as any dockerd does. Its containers are killed with it. */
export const ownDocker = async (): Promise<OwnDocker> => {
  const folder = await mkdtemp(join(tmpdir(), 'cutover-dockerd-'));
  const socket = join(folder, 'docker.sock');
  const logPath = join(folder, 'dockerd.log');
  const bridge = await ownBridge();
  const command = [
    ...['dockerd', '--host', `unix://${socket}`, '--pidfile', join(folder, 'dockerd.pid')],
    ...['--data-root', join(folder, 'data'), '--exec-root', join(folder, 'exec')],
    // No --default-address-pool: with it, an engine that starts again deletes docker0, whoever made it. Without one it takes
    // addresses to which this machine has no route yet.
    ...['--bridge', bridge.name, '--iptables=false', '--ip6tables=false'],
  ];
  const docker = new Docker({socketPath: socket});
  let running: Awaited<ReturnType<typeof startGuarded>> | null = null;

  const start = async () => {
    await appendFile(logPath, '');
    const guarded = await startGuarded({command, environment: {}, logPath, graceSeconds: 20});
    running = guarded;
    let ended = false;
    void guarded.ended.then(() => {
      ended = true;
    });
    const untilMs = performance.now() + startWithinMs;
    while (
      !(await docker.ping().then(
        () => true,
        () => false,
      ))
    ) {
      if (ended || performance.now() > untilMs)
        throw new Error(`a second dockerd did not start:\n${(await readFile(logPath, 'utf8')).slice(-2000)}`);
      await delay(50);
    }
  };
  const stop = async () => {
    await running?.stop();
    running = null;
  };
  const empty = async () => {
    for (const {Id} of await docker.listContainers({all: true})) await docker.getContainer(Id).remove({force: true});
    for (const {Id, Name, Driver} of await docker.listNetworks())
      if (Driver === 'bridge' && Name !== 'bridge') await docker.getNetwork(Id).remove();
    for (const {Name} of (await docker.listVolumes()).Volumes) await docker.getVolume(Name).remove();
  };
  await start();
  return {
    docker,
    name: `unix://${socket}`,
    environment: {DOCKER_HOST: `unix://${socket}`},
    empty,
    start,
    stop,
    [Symbol.asyncDispose]: async () => {
      if (running !== null) await empty(); // a network's interface would outlive the engine
      await stop();
      await bridge[Symbol.asyncDispose]();
      await rm(folder, {recursive: true, force: true});
    },
  };
};

/** Puts an image without any file on an engine: enough for containers that are never started. */
export const importEmptyImage = async (docker: Docker): Promise<string> => {
  const endOfTar = Buffer.alloc(1024);
  const said = await docker.importImage(Readable.from([endOfTar]), {repo: 'empty', tag: 'latest'});
  said.resume();
  await finished(said);
  return 'empty:latest';
};
