import {execFile} from 'node:child_process';
import {chmod, cp, mkdir, realpath} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import {promisify} from 'node:util';
import {CutoverError, reasonOf} from '../../../errors.ts';

const run = promisify(execFile);

/** Copies what `from` leads to, to its path `to` below `folder`. */
export const place = async (folder: string, from: string, to: string): Promise<void> => {
  await mkdir(dirname(join(folder, to)), {recursive: true});
  await cp(await realpath(from), join(folder, to), {recursive: true});
};

/** This machine's Node as /usr/local/bin/node below `folder`. */
export const placeNode = (folder: string): Promise<void> => place(folder, process.execPath, 'usr/local/bin/node');

/**
 * What Node needs below it where there is no base image, so that no registry is asked: its libraries from this machine,
 * each at its own path, /tmp and /root. Throws IMAGE_MISSING.
 */
export const placeLibraries = async (folder: string): Promise<void> => {
  for (const library of await librariesOf(process.execPath)) await place(folder, library, library);
  for (const empty of ['tmp', 'root']) await mkdir(join(folder, empty), {recursive: true});
  await chmod(join(folder, 'tmp'), 0o1777);
};

/** Paths as the loader looks for them: `/lib64/ld-linux-x86-64.so.2`, `/lib/x86_64-linux-gnu/libc.so.6` and so on. */
const librariesOf = async (program: string): Promise<readonly string[]> => {
  const {stdout} = await run('ldd', [program]).catch((cause: unknown) => {
    throw new CutoverError('IMAGE_MISSING', `ldd cannot tell which libraries ${program} loads: ${reasonOf(cause)}`, {
      hint: "Such an image is built from a Linux machine's own Node: build it there, and `docker save` it to this one.",
      cause,
    });
  });
  return [...stdout.matchAll(/(\/\S+) \(0x/g)].flatMap(([, path]) => path ?? []);
};
