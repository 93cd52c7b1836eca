import {globSync, readFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {readClientJournal, readGatewayJournal, readMemoryJournal} from '../../records/read-journal.ts';
import {recordText} from '../../records/record-text.ts';
import {readRehearsal} from '../../records/rehearsal-folder.ts';
import {projectRoot} from '../../root.ts';
import {evidenceOf} from './evidence.ts';
import {judgeRehearsal} from './judge-rehearsal.ts';

const evidence = join(projectRoot, 'reports', 'evidence');
const kept = globSync('*/rehearsal.json', {cwd: evidence}).map(file => join(evidence, dirname(file)));

describe('the rehearsals that are kept', () => {
  test('are there', () => {
    expect(kept).not.toEqual([]);
  });

  test.each(kept)('%s is of real engines, and its verdict follows from its files to the byte', async folder => {
    const {rehearsal} = await readRehearsal(folder, evidence);
    expect(rehearsal.evidence).toBe('real');
    const judged = judgeRehearsal(
      await evidenceOf({
        rehearsal,
        client: readClientJournal(folder, rehearsal),
        gateway: readGatewayJournal(folder),
        memory: readMemoryJournal(folder),
      }),
    );
    expect(recordText(judged)).toBe(readFileSync(join(folder, 'verdict.json'), 'utf8'));
  });
});
