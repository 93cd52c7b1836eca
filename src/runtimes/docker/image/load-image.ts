import {execFile} from 'node:child_process';
import {createHash} from 'node:crypto';
import {mkdir, readdir, readFile, symlink, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {promisify} from 'node:util';
import type Docker from 'dockerode';
import {CutoverError, reasonOf} from '../../../errors.ts';
import {projectRoot} from '../../../root.ts';
import {unless} from '../docker-error.ts';
import {buildFolder} from './build-folder.ts';
import {place, placeLibraries, placeNode} from './node-files.ts';

const repository = 'cutover-load';
const dockerfile = join(projectRoot, 'docker', 'load.Dockerfile');
const bundle = join(projectRoot, 'dist');
/** What the bundle reads beside itself, at the same paths below /app. */
const besides = [
  'package.json',
  'docker/stacks',
  'docker/hosts',
  'docker/images.yaml',
  'suites/rehearsals',
  'fixtures/traces',
];

interface LoadImage {
  /** `cutover-load:<version of cutover>-<hash of its content>` */
  readonly reference: string;
  /** `cutover-load:<version of cutover>`: the one that was built last. */
  readonly name: string;
}

/**
 * Builds the image for load pods out of dist/ (`npm run bundle`) and this machine's Node, where it is not there already. On the base that
 * the Dockerfile pins, or on this machine's own libraries. Throws IMAGE_MISSING.
 */
export const buildLoadImage = async (
  docker: Docker,
  {pinnedBase}: {readonly pinnedBase: boolean},
): Promise<LoadImage> => {
  const {version} = JSON.parse(await readFile(join(projectRoot, 'package.json'), 'utf8')) as {version: string};
  const tag = `${version}-${await contentHash(pinnedBase)}`;
  const reference = `${repository}:${tag}`;
  if ((await unless([404], docker.getImage(reference).inspect())) === null)
    await buildFolder(docker, {
      reference,
      src: ['node', 'app'],
      layOut: folder => layOut(folder, pinnedBase),
      ...(pinnedBase ? {} : {buildArgs: {BASE: 'scratch'}}),
    });
  await docker.getImage(reference).tag({repo: repository, tag: version});
  return {reference, name: `${repository}:${version}`};
};

const filesBelow = async (path: string): Promise<readonly string[]> =>
  (await readdir(path, {recursive: true, withFileTypes: true}))
    .filter(entry => entry.isFile())
    .map(({parentPath, name}) => join(parentPath, name))
    .sort();

const contentHash = async (pinnedBase: boolean): Promise<string> => {
  const bundled = await filesBelow(bundle).catch((cause: unknown) => {
    throw new CutoverError('IMAGE_MISSING', `the bundle is not there: ${reasonOf(cause)}`, {
      hint: 'npm run bundle makes it.',
      cause,
    });
  });
  const hash = createHash('sha256').update([process.version, process.arch, pinnedBase].join('\0'));
  for (const path of [dockerfile, ...bundled]) hash.update(path.slice(projectRoot.length)).update(await readFile(path));
  return hash.digest('hex').slice(0, 12);
};

/** As the Dockerfile wants it. */
const layOut = async (folder: string, pinnedBase: boolean): Promise<void> => {
  const [node, app] = [join(folder, 'node'), join(folder, 'app')];
  await place(folder, dockerfile, 'Dockerfile');
  await placeNode(node);
  await stripSymbols(join(node, 'usr/local/bin/node'));
  if (!pinnedBase) await placeBase(node);
  await place(app, bundle, 'dist');
  await symlink('dist/shard.mjs', join(app, 'shard.mjs'));
  for (const path of besides) await place(app, join(projectRoot, path), path);
  await mkdir(join(app, 'reports'));
};

/** What the pinned base has of its own. */
const placeBase = async (node: string): Promise<void> => {
  await placeLibraries(node);
  await mkdir(join(node, 'etc'));
  await writeFile(join(node, 'etc/passwd'), 'root:x:0:0::/root:/\nnonroot:x:65532:65532::/tmp:/\n');
};

/** An eighth of Node are names for debuggers. */
const stripSymbols = async (program: string): Promise<void> => {
  await promisify(execFile)('strip', [program]).catch((cause: unknown) => {
    throw new CutoverError('IMAGE_MISSING', `strip cannot make Node smaller: ${reasonOf(cause)}`, {
      hint: 'Install binutils.',
      cause,
    });
  });
};
