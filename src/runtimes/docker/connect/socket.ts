import {constants} from 'node:fs';
import {access} from 'node:fs/promises';
import {join} from 'node:path';
import {systemSocket} from './address.ts';
import {type Environment, homeOf} from './config-file.ts';

/** Where engines listen that nobody named: the system's, a rootless one's, Docker Desktop's. */
export const defaultSockets = (environment: Environment): readonly [string, ...string[]] => {
  const {XDG_RUNTIME_DIR} = environment;
  const rootless = XDG_RUNTIME_DIR ? [join(XDG_RUNTIME_DIR, 'docker.sock')] : [];
  return [systemSocket, ...rootless, join(homeOf(environment), '.docker', 'run', 'docker.sock')];
};

/** The first that this user may write to, else the first that exists, else the first: the error then tells of that one. */
export const firstUsable = async (paths: readonly [string, ...string[]]): Promise<string> => {
  for (const mode of [constants.W_OK, constants.F_OK]) for (const path of paths) if (await may(path, mode)) return path;
  return paths[0];
};

const may = (path: string, mode: number): Promise<boolean> =>
  access(path, mode).then(
    () => true,
    () => false,
  );
