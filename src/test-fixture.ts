import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {projectRoot} from './root.ts';

/** The bytes of a file under fixtures/, as a real engine sent them. */
export const fixtureBytes = (path: string): Buffer => readFileSync(join(projectRoot, 'fixtures', path));

export const fixtureText = (path: string): string => fixtureBytes(path).toString('utf8');
