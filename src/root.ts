import {join} from 'node:path';
import {fileURLToPath} from 'node:url';

/** The project's folder, from the source tree and from a bundle in dist/ alike: both lie one level below it. */
export const projectRoot = fileURLToPath(new URL('..', import.meta.url));

/** This program's first file, by which it starts itself once more: the bundle's where this code runs from one. */
export const programPath = join(projectRoot, import.meta.filename.endsWith('.ts') ? 'src/start.js' : 'dist/cli.mjs');
