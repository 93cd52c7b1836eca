import {join} from 'node:path';
import {CutoverError} from '../../../errors.ts';
import {configFolder, type Environment, readFileIfThere} from './config-file.ts';

export interface HostTls {
  readonly ca: Buffer | null;
  readonly cert: Buffer | null;
  readonly key: Buffer | null;
  /** Whether the engine must prove who it is. */
  readonly verify: boolean;
}

export const readTls = async (folder: string, verify: boolean): Promise<HostTls> => {
  const read = (name: string) => readFileIfThere(join(folder, name));
  const [ca, cert, key] = await Promise.all([read('ca.pem'), read('cert.pem'), read('key.pem')]);
  return {ca, cert, key, verify};
};

/** As the Docker CLI reads DOCKER_TLS_VERIFY, DOCKER_TLS and DOCKER_CERT_PATH: set to anything at all means yes. Throws DOCKER_UNREACHABLE. */
export const tlsOfEnvironment = async (environment: Environment): Promise<HostTls | null> => {
  const verify = Boolean(environment.DOCKER_TLS_VERIFY);
  if (!verify && !environment.DOCKER_TLS) return null;
  const folder = environment.DOCKER_CERT_PATH || configFolder(environment);
  const tls = await readTls(folder, verify);
  if (verify && tls.ca === null)
    throw new CutoverError('DOCKER_UNREACHABLE', `DOCKER_TLS_VERIFY is set and there is no ca.pem in ${folder}`, {
      hint: 'Put ca.pem, cert.pem and key.pem into one folder and name it with DOCKER_CERT_PATH.',
    });
  return tls;
};
