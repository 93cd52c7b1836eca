import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {ledger} from './claims/ledger.ts';
import {readEvidence} from './commands/read-evidence.ts';
import {withSection} from './readme.ts';
import {ledgerTables} from './report/ledger-tables.ts';
import {projectRoot} from './root.ts';

test('the ledger of docs/claims.md is what the evidence comes to (npm run docs makes it)', async () => {
  const page = readFileSync(join(projectRoot, 'docs', 'claims.md'), 'utf8');
  const entries = ledger(await readEvidence({reportsDir: join(projectRoot, 'reports'), named: []}));
  expect(withSection(page, 'ledger', ledgerTables(entries))).toBe(page);
}, 30_000);
