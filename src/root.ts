import {join} from 'node:path';
import {fileURLToPath} from 'node:url';

/** The project's folder, from the source tree and from a bundle in dist/ alike: both lie one level below it. */
export const projectRoot = fileURLToPath(new URL('..', import.meta.url));

const bundled = !import.meta.filename.endsWith('.ts');

/** This program's first file, by which it starts itself once more. */
export const programPath = join(projectRoot, bundled ? 'dist/cli.mjs' : 'src/start.js');

/** A shard's program is one file by itself, which its threads run too. */
const isShard = import.meta.filename.endsWith('/shard.mjs');

/** The file of a worker thread, by its path below src/ without the ending: a bundle has workers of its own (package.json). */
export const workerPath = (name: string): string =>
  isShard ? import.meta.filename : join(projectRoot, bundled ? `dist/${name}.mjs` : `src/${name}.ts`);
