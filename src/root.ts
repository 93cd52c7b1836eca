import {fileURLToPath} from 'node:url';

/** The project's folder, from the source tree and from a bundle in dist/ alike: both lie one level below it. */
export const projectRoot = fileURLToPath(new URL('..', import.meta.url));
