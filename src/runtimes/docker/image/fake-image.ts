import {createHash} from 'node:crypto';
import {readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import type Docker from 'dockerode';
import {projectRoot} from '../../../root.ts';
import {unless} from '../docker-error.ts';
import {buildFolder} from './build-folder.ts';
import {place, placeLibraries, placeNode} from './node-files.ts';

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
    await buildFolder(docker, {reference, src: ['files', 'program'], layOut: folder => layOut(folder, program)});
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

/** As the Dockerfile wants it: Node with what it loads, and the bundle. */
const layOut = async (folder: string, program: string): Promise<void> => {
  const files = join(folder, 'files');
  await place(folder, join(sources, 'Dockerfile'), 'Dockerfile');
  await placeNode(files);
  await placeLibraries(files);
  await writeFile(join(folder, 'program'), program, {mode: 0o755});
};
