/** `npm run docs`: makes the README's generated tables anew. */
import {readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {withSections} from './readme.ts';
import {recordJsonSchema} from './records/json-schema.ts';
import {projectRoot} from './root.ts';

const readme = join(projectRoot, 'README.md');
writeFileSync(readme, withSections(readFileSync(readme, 'utf8')));
writeFileSync(join(projectRoot, 'reports', 'record.schema.json'), `${JSON.stringify(recordJsonSchema(), null, 2)}\n`);
