import {createWriteStream} from 'node:fs';
import {rename, rm, stat} from 'node:fs/promises';
import {join} from 'node:path';
import {pipeline} from 'node:stream/promises';
import type Docker from 'dockerode';
import {maskOf} from '../../secrets.ts';
import {LogEntries} from '../container/log-entries.ts';
import {dockerStream} from '../docker-stream.ts';

/**
 * Puts the whole log of a container that has ended into `<folder>/<role>.log`, in the place of what was there; secrets
 * that the container was given are masked. Resolves with its path; null where there is no such folder.
 */
export const saveLog = async (docker: Docker, id: string, folder: string, role: string): Promise<string | null> => {
  if (!(await isFolder(folder))) return null;
  const {Config, Path, Args} = await docker.getContainer(id).inspect();
  const given = Object.fromEntries(Config.Env.map(one => one.split(/=(.*)/s)));
  const mask = maskOf([Path, ...Args], {...process.env, ...given});
  const answer = await dockerStream(docker, {
    method: 'GET',
    path: `/containers/${id}/logs`,
    query: {stdout: '1', stderr: '1', timestamps: '1'},
  });
  const lines = async function* () {
    let text = '';
    const entries = new LogEntries(line => {
      text += `${mask.text(line)}\n`;
    });
    for await (const chunk of answer) {
      entries.take(chunk);
      yield text;
      text = '';
    }
    entries.end();
    yield text;
  };
  // Beside it first: what is there already must not be lost to a disk that is full.
  const path = join(folder, `${role}.log`);
  const partial = `${path}.partial`;
  try {
    await pipeline(lines, createWriteStream(partial));
    await rename(partial, path);
    return path;
  } catch (thrown) {
    await rm(partial, {force: true});
    throw thrown;
  }
};

const isFolder = (path: string): Promise<boolean> =>
  stat(path).then(
    found => found.isDirectory(),
    () => false,
  );
