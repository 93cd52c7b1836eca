/** `npm run docs`: makes the generated tables anew. */
import {readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {ledger} from './claims/ledger.ts';
import {readEvidence} from './commands/read-evidence.ts';
import {withSection, withSections} from './readme.ts';
import {recordJsonSchema} from './records/json-schema.ts';
import {ledgerTables} from './report/ledger-tables.ts';
import {projectRoot} from './root.ts';

const readme = join(projectRoot, 'README.md');
writeFileSync(readme, withSections(readFileSync(readme, 'utf8')));
writeFileSync(join(projectRoot, 'reports', 'record.schema.json'), `${JSON.stringify(recordJsonSchema(), null, 2)}\n`);

const claimsPage = join(projectRoot, 'docs', 'claims.md');
const entries = ledger(await readEvidence({reportsDir: join(projectRoot, 'reports'), named: []}));
writeFileSync(claimsPage, withSection(readFileSync(claimsPage, 'utf8'), 'ledger', ledgerTables(entries)));
