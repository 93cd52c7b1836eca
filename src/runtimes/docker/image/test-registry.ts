import {randomBytes} from 'node:crypto';
import {mkdir, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import type Docker from 'dockerode';
import {freePort} from '../../free-port.ts';
import {startProgram} from '../test-program.ts';

/** The only user of a registry that wants a login. */
export const registryUser = {username: 'cutover', password: 'canary-secret'};

/**
 * Starts Debian's docker-registry on loopback, which any Docker engine trusts without TLS, and resolves with its
 * `host:port`. `htpasswd -nbB` made the line of its password file.
 */
export const startRegistry = async (
  folder: string,
  {login}: {login: boolean},
): Promise<AsyncDisposable & {readonly host: string}> => {
  const port = await freePort();
  const host = `127.0.0.1:${port}`;
  await mkdir(folder, {recursive: true});
  const passwords = join(folder, 'passwords');
  await writeFile(passwords, 'cutover:$2y$05$sEBXVm890Yq/wbpEPqUuQOxwr9aIrXL1gvYbKZlVT97peWzrGgx8W\n');
  const settings = {
    version: '0.1',
    log: {level: 'warn'},
    storage: {filesystem: {rootdirectory: join(folder, 'data')}},
    http: {addr: host},
    ...(login ? {auth: {htpasswd: {realm: 'test', path: passwords}}} : {}),
  };
  const file = join(folder, 'registry.yaml');
  await writeFile(file, JSON.stringify(settings)); // JSON is YAML
  const program = await startProgram(['docker-registry', 'serve', file], port, join(folder, 'registry.log'));
  return {host, [Symbol.asyncDispose]: () => program[Symbol.asyncDispose]()};
};

/** Puts an image of random bytes into a registry, 1 MB a layer, and removes it from the engine: it then exists nowhere else. */
export const pushRandomImage = async (
  docker: Docker,
  {folder, reference, layers}: {folder: string; reference: string; layers: number},
): Promise<void> => {
  await mkdir(folder, {recursive: true});
  const names = Array.from({length: layers}, (_, index) => `layer-${index}`);
  for (const name of names) await writeFile(join(folder, name), randomBytes(1_000_000));
  const copies = names.map(name => `COPY ${name} /`);
  await writeFile(
    join(folder, 'Dockerfile'),
    ['FROM scratch', ...copies, 'ENTRYPOINT ["/layer-0", "serve"]'].join('\n'),
  );
  await followed(docker, await docker.buildImage({context: folder, src: ['Dockerfile', ...names]}, {t: reference}));
  const image = docker.getImage(reference);
  await followed(docker, await image.push({authconfig: {...registryUser}}));
  await image.remove();
};

const followed = (docker: Docker, stream: NodeJS.ReadableStream): Promise<void> =>
  new Promise((resolve, reject) => {
    docker.modem.followProgress(stream, (error: Error | null, events: {error?: string}[]) => {
      const failed = events?.find(event => event.error !== undefined)?.error;
      if (error !== null || failed !== undefined) reject(error ?? new Error(failed));
      else resolve();
    });
  });
