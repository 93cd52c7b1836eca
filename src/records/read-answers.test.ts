import {writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {gzipSync} from 'node:zlib';
import {expect, test} from 'vitest';
import type {Answer} from '../schema/answer.ts';
import {readAnswers} from './read-answers.ts';
import {temporaryFolder} from './test-folder.ts';

const answer: Answer = {
  id: 'text-0',
  pass: 1,
  about: 'embed',
  request: {method: 'POST', path: '/v1/embeddings', contentType: 'application/json', body: '{}', bytes: 2},
  status: 200,
  failure: null,
  durationMs: 1.5,
  reply: {anything: true},
};

test('answers are read back as they were written', async () => {
  await using folder = await temporaryFolder();
  await writeFile(
    join(folder.path, 'answers.jsonl'),
    `${JSON.stringify(answer)}\n${JSON.stringify({...answer, pass: 2})}\n`,
  );
  expect(await readAnswers(folder.path, 'answers.jsonl')).toEqual([answer, {...answer, pass: 2}]);
});

test('answers that were packed with gzip are read just so', async () => {
  await using folder = await temporaryFolder();
  await writeFile(join(folder.path, 'answers.jsonl.gz'), gzipSync(`${JSON.stringify(answer)}\n`));
  expect(await readAnswers(folder.path, 'answers.jsonl')).toEqual([answer]);
});

test.each([
  ['a line that is cut off', '{"id":"te', /answers\.jsonl cannot be read: line 2: /],
  ['a line that is no answer', '{"id":7}', /line 2: id: /],
])('%s is named', async (_, line, message) => {
  await using folder = await temporaryFolder();
  await writeFile(join(folder.path, 'answers.jsonl'), `${JSON.stringify(answer)}\n${line}`);
  await expect(readAnswers(folder.path, 'answers.jsonl')).rejects.toMatchObject({
    code: 'RECORD_UNREADABLE',
    message: expect.stringMatching(message),
  });
});

test('a file that is not there is named', async () => {
  await using folder = await temporaryFolder();
  await expect(readAnswers(folder.path, 'answers.jsonl')).rejects.toMatchObject({code: 'RECORD_UNREADABLE'});
});
