import {readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {createLineFile} from './line-file.ts';
import {temporaryFolder} from './test-folder.ts';

test('lines stand in the file in the order in which they were appended, however fast they came', async () => {
  await using folder = await temporaryFolder();
  {
    await using file = await createLineFile(folder.path, 'answers-x-1.jsonl');
    for (let number = 0; number < 200; number += 1) file.append({number, text: 'é\n'});
  }
  const lines = (await readFile(join(folder.path, 'answers-x-1.jsonl'), 'utf8')).trimEnd().split('\n');
  expect(lines.map(line => JSON.parse(line).number)).toEqual(Array.from({length: 200}, (_, number) => number));
});

test('what was appended is kept when the work around it throws', async () => {
  await using folder = await temporaryFolder();
  const broken = async () => {
    await using file = await createLineFile(folder.path, 'a.jsonl');
    file.append(1);
    throw new Error('interrupted');
  };
  await expect(broken()).rejects.toThrow('interrupted');
  expect(await readFile(join(folder.path, 'a.jsonl'), 'utf8')).toBe('1\n');
});

test.each(['../a.jsonl', 'a/b.jsonl', ''])('a name that is no file name is refused: %j', async name => {
  await using folder = await temporaryFolder();
  await expect(createLineFile(folder.path, name)).rejects.toMatchObject({code: 'RECORD_NOT_WRITABLE'});
});

test('a file that is there already is not written over', async () => {
  await using folder = await temporaryFolder();
  await (await createLineFile(folder.path, 'a.jsonl'))[Symbol.asyncDispose]();
  await expect(createLineFile(folder.path, 'a.jsonl')).rejects.toMatchObject({code: 'RECORD_NOT_WRITABLE'});
});
