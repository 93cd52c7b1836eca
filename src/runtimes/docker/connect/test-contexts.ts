import {createHash} from 'node:crypto';
import {cp, mkdir, writeFile} from 'node:fs/promises';
import {join} from 'node:path';

/** Writes a context into a folder for DOCKER_CONFIG, as `docker context create` does. */
export const writeContext = async (
  configFolder: string,
  {name, host, skipVerify = false, tls}: {name: string; host: string; skipVerify?: boolean; tls?: string},
): Promise<void> => {
  const id = createHash('sha256').update(name).digest('hex');
  const meta = join(configFolder, 'contexts', 'meta', id);
  await mkdir(meta, {recursive: true});
  const endpoint = {Host: host, SkipTLSVerify: skipVerify};
  await writeFile(join(meta, 'meta.json'), JSON.stringify({Name: name, Metadata: {}, Endpoints: {docker: endpoint}}));
  if (tls !== undefined) await cp(tls, join(configFolder, 'contexts', 'tls', id, 'docker'), {recursive: true});
};
