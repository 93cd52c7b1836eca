import {globSync, readFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {readDecision} from '../records/read-decision.ts';
import {recordText} from '../records/record-text.ts';
import {projectRoot} from '../root.ts';
import {judgeDecision} from './judge-decision.ts';

const evidence = join(projectRoot, 'reports', 'evidence');
const decisions = globSync('**/decision.json', {cwd: evidence}).map(file => dirname(file));

describe('the decisions that are kept', () => {
  test('are there', () => {
    expect(decisions).not.toEqual([]);
  });

  test.each(decisions)('%s is of real engines, and its verdict follows from its files to the byte', async folder => {
    const stored = await readDecision(join(evidence, folder), evidence);
    expect(stored.decision.evidence).toBe('real');
    expect(recordText(judgeDecision(stored))).toBe(readFileSync(join(evidence, folder, 'verdict.json'), 'utf8'));
  });
});
