import {execFile} from 'node:child_process';
import {createHash} from 'node:crypto';
import {chmod, cp, mkdir, mkdtemp, readFile, realpath, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {promisify} from 'node:util';
import type Docker from 'dockerode';
import {CutoverError, reasonOf} from '../../../errors.ts';
import {projectRoot} from '../../../root.ts';
import {unless} from '../docker-error.ts';

const repository = 'cutover-fake-engine';
const sources = join(projectRoot, 'docker', 'fake-engine');

/**
 * Builds the image with the simulated engine from this machine's Node, where it is not there already, and names it
 * `cutover-fake-engine:latest` too. Returns `cutover-fake-engine:<hash of its content>`.
 * Throws IMAGE_MISSING when this machine's Node cannot be put into an image, or the build fails.
 */
export const buildFakeEngine = async (docker: Docker): Promise<string> => {
  const [program, dockerfile] = await Promise.all([bundle(), readFile(join(sources, 'Dockerfile'))]);
  const content = [program, dockerfile, process.version, process.arch];
  const tag = content
    .reduce((hash, part) => hash.update(part).update('\0'), createHash('sha256'))
    .digest('hex')
    .slice(0, 12);
  const reference = `${repository}:${tag}`;
  if ((await unless([404], docker.getImage(reference).inspect())) === null)
    await build(docker, reference, program, await librariesOf(process.execPath));
  await docker.getImage(reference).tag({repo: repository, tag: 'latest'});
  return reference;
};

const bundle = async (): Promise<string> => {
  const {build} = await import('esbuild');
  const {outputFiles} = await build({
    entryPoints: [join(sources, 'engine.ts')],
    bundle: true,
    write: false,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    minify: true,
    banner: {js: '#!/usr/local/bin/node'},
  });
  return outputFiles[0]?.text ?? '';
};

/** Node and what it loads, each file at its own path, and the bundle, as the Dockerfile wants them. */
const layOut = async (folder: string, program: string, libraries: readonly string[]): Promise<void> => {
  const place = async (from: string, to: string) => {
    await mkdir(dirname(join(folder, to)), {recursive: true});
    await cp(await realpath(from), join(folder, to));
  };
  await place(join(sources, 'Dockerfile'), 'Dockerfile');
  await place(process.execPath, 'files/usr/local/bin/node');
  for (const library of libraries) await place(library, join('files', library));
  for (const empty of ['tmp', 'root']) await mkdir(join(folder, 'files', empty), {recursive: true});
  await chmod(join(folder, 'files', 'tmp'), 0o1777);
  await writeFile(join(folder, 'program'), program, {mode: 0o755});
};

/** Paths as the loader looks for them: `/lib64/ld-linux-x86-64.so.2`, `/lib/x86_64-linux-gnu/libc.so.6` and so on. */
const librariesOf = async (program: string): Promise<readonly string[]> => {
  const {stdout} = await promisify(execFile)('ldd', [program]).catch((cause: unknown) => {
    throw new CutoverError('IMAGE_MISSING', `ldd cannot tell which libraries ${program} loads: ${reasonOf(cause)}`, {
      hint: "The fake engine is built from a Linux machine's own Node: build it there, and `docker save` it to this one.",
      cause,
    });
  });
  return [...stdout.matchAll(/(\/\S+) \(0x/g)].flatMap(([, path]) => path ?? []);
};

const build = async (
  docker: Docker,
  reference: string,
  program: string,
  libraries: readonly string[],
): Promise<void> => {
  const folder = await mkdtemp(join(tmpdir(), 'cutover-fake-engine-'));
  try {
    await layOut(folder, program, libraries);
    const said = await docker.buildImage({context: folder, src: ['Dockerfile', 'files', 'program']}, {t: reference});
    await new Promise<void>((resolve, reject) => {
      docker.modem.followProgress(said, (failure: Error | null) => (failure === null ? resolve() : reject(failure)));
    });
  } catch (cause) {
    throw new CutoverError('IMAGE_MISSING', `the image ${reference} could not be built: ${reasonOf(cause)}`, {
      hint: 'Check the space on the disk and the log of the Docker engine.',
      cause,
    });
  } finally {
    await rm(folder, {recursive: true, force: true});
  }
};
