import {globSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {projectRoot} from '../root.ts';
import {readAnswers} from './read-answers.ts';
import {readRecord} from './read-record.ts';

const evidence = join(projectRoot, 'reports', 'evidence');
const runs = globSync('**/record.json', {cwd: evidence}).map(file => dirname(file));

describe('the committed evidence', () => {
  test('is there', () => {
    expect(runs.length).toBeGreaterThan(50);
  });

  test.each(runs)('%s is read by this version, is of a real engine, and has its answers', async run => {
    const {record, folder} = await readRecord(join(evidence, run), evidence);
    expect(record.evidence).toBe('real');
    for (const {answersFile, questions} of record.examinations) {
      const answers = await readAnswers(folder, answersFile);
      expect(new Set(answers.map(({id, pass}) => `${id} ${pass}`)).size).toBe(answers.length);
      expect(answers.length).toBeGreaterThanOrEqual(questions);
    }
  });
});
