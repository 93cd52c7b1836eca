import {createHash} from 'node:crypto';
import {existsSync} from 'node:fs';
import {join} from 'node:path';
import {z} from 'zod';
import {CutoverError} from '../../../errors.ts';
import {configFolder, type Environment, readCliConfig, readFileIfThere} from './config-file.ts';
import {type HostTls, readTls} from './tls.ts';

/** A name, or null where the Docker CLI would use its defaults too. */
interface ChosenContext {
  readonly name: string;
  /** For the user: what named it. */
  readonly by: string;
}

const meta = z.looseObject({
  Endpoints: z.looseObject({
    docker: z.looseObject({Host: z.string().min(1), SkipTLSVerify: z.boolean().default(false)}),
  }),
});

/** DOCKER_CONTEXT, else what `docker context use` wrote; null for the one called default. */
export const chosenContext = async (environment: Environment): Promise<ChosenContext | null> => {
  const {DOCKER_CONTEXT} = environment;
  const name = DOCKER_CONTEXT || (await readCliConfig(environment)).currentContext || 'default';
  if (name === 'default') return null;
  return {name, by: DOCKER_CONTEXT ? 'DOCKER_CONTEXT' : join(configFolder(environment), 'config.json')};
};

/** Where a context's engine is, and how to speak TLS with it. Throws DOCKER_UNREACHABLE for one that is not there. */
export const readContext = async (
  {name, by}: ChosenContext,
  environment: Environment,
): Promise<{address: string; tls: HostTls | null}> => {
  const folder = join(configFolder(environment), 'contexts');
  const id = createHash('sha256').update(name).digest('hex');
  const file = join(folder, 'meta', id, 'meta.json');
  const text = await readFileIfThere(file);
  if (text === null)
    throw new CutoverError('DOCKER_UNREACHABLE', `There is no Docker context ${name}, which ${by} names`, {
      hint: 'docker context ls shows those that exist. Name one of them with DOCKER_CONTEXT, or an address with DOCKER_HOST.',
    });
  const {host, skipVerify} = readMeta(text.toString(), name, file);
  const tlsFolder = join(folder, 'tls', id, 'docker');
  const tls = skipVerify || existsSync(tlsFolder) ? await readTls(tlsFolder, !skipVerify) : null;
  return {address: host, tls};
};

const readMeta = (text: string, name: string, file: string) => {
  try {
    const {docker} = meta.parse(JSON.parse(text)).Endpoints;
    return {host: docker.Host, skipVerify: docker.SkipTLSVerify};
  } catch (cause) {
    throw new CutoverError('DOCKER_UNREACHABLE', `The Docker context ${name} names no Docker engine in ${file}`, {
      hint: `Make it anew: docker context rm ${name}; docker context create ${name} --docker host=…`,
      cause,
    });
  }
};
