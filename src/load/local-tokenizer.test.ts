import {createHash} from 'node:crypto';
import {readFile, writeFile} from 'node:fs/promises';
import {basename, join} from 'node:path';
import {expect, test} from 'vitest';
import {temporaryFolder} from '../records/test-folder.ts';
import {codeSamples, questionSamples, textSamples} from '../workloads/length-samples.ts';
import {countLocally} from './local-tokenizer.ts';
import {ofCharacters, ofWords, tokenizerFile} from './test-tokenizer.ts';

const wordsOf = (texts: readonly string[]) =>
  texts
    .join('')
    .split(/\s+/)
    .filter(word => word !== '').length;

test('the code is counted with the file, without special tokens, and the file is known again by its bytes', async () => {
  await using place = await temporaryFolder();
  const file = await tokenizerFile(place.path, ofWords);
  expect(await countLocally(file)).toEqual({
    counts: {
      code: wordsOf(codeSamples),
      texts: wordsOf(textSamples),
      questions: wordsOf(questionSamples),
      special: 2,
    },
    tokenizer: {
      file: join(basename(place.path), 'tokenizer.json'),
      sha256: createHash('sha256')
        .update(await readFile(file))
        .digest('hex'),
    },
  });
});

test('a folder stands for the tokenizer.json in it', async () => {
  await using place = await temporaryFolder();
  await tokenizerFile(place.path, ofCharacters);
  expect((await countLocally(place.path)).counts.code).toBe(codeSamples.join('').length);
});

test.each([
  ['is not there', null, /ENOENT/],
  ['is not JSON', 'model: bpe', /JSON/],
  ['is no tokenizer', '{"a": 1}', /./],
])('a file that %s is a mistake in the options, named with its reason', async (_, content, reason) => {
  await using place = await temporaryFolder();
  const file = join(place.path, 'tokenizer.json');
  if (content !== null) await writeFile(file, content);
  const refused = await countLocally(file).catch((thrown: unknown) => thrown);
  expect(refused).toMatchObject({code: 'BAD_OPTIONS', hint: expect.stringContaining('tokenizer.json')});
  expect(String(refused)).toContain(`--tokenizer ${file}: `);
  expect(String(refused)).toMatch(reason);
});
