import {existsSync} from 'node:fs';
import {appendFile, readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import fc from 'fast-check';
import {expect, test} from 'vitest';
import {openJournal} from './journal-file.ts';
import {temporaryFolder} from './test-folder.ts';

const until = async (condition: () => Promise<boolean>) => {
  while (!(await condition())) await new Promise(setImmediate);
};

test('lines are in the file soon after they were appended, in order, while it is open', async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'j.jsonl');
  await using journal = await openJournal(path);
  for (let n = 0; n < 3; n += 1) journal.append({n});
  await until(async () => (await readFile(path, 'utf8')) === '{"n":0}\n{"n":1}\n{"n":2}\n');
  journal.append({n: 3});
  await until(async () => (await readFile(path, 'utf8')).endsWith('{"n":3}\n'));
});

test('all that was appended is there when it is closed, and what was there before stays', async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'j.jsonl');
  for (let sitting = 1; sitting <= 2; sitting += 1) {
    await using journal = await openJournal(path);
    for (let n = 0; n < 1000; n += 1) journal.append({sitting, n, text: 'é\n\ud800'});
  }
  const lines = (await readFile(path, 'utf8')).trimEnd().split('\n');
  expect(lines.map(line => JSON.parse(line).n)).toEqual([...Array(1000).keys(), ...Array(1000).keys()]);
});

test('whatever part of a line its killed writer left, the next one begins a line of its own', async () => {
  await using folder = await temporaryFolder();
  let file = 0;
  const line = `${JSON.stringify({text: 'é'.repeat(40_000)})}\n`; // longer than what is read at a time
  await fc.assert(
    fc.asyncProperty(fc.nat(2), fc.nat(line.length - 1), async (whole, torn) => {
      file += 1;
      const path = join(folder.path, `${file}.jsonl`);
      await writeFile(path, line.repeat(whole));
      await appendFile(path, Buffer.from(line).subarray(0, torn));
      {
        await using journal = await openJournal(path);
        journal.append({n: 1});
      }
      expect(await readFile(path, 'utf8')).toBe(`${line.repeat(whole)}{"n":1}\n`);
    }),
    {numRuns: 30},
  );
});

test('a folder that is not there is told at once', async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'none', 'j.jsonl');
  await expect(openJournal(path)).rejects.toMatchObject({code: 'RECORD_NOT_WRITABLE'});
});

test.skipIf(!existsSync('/dev/full'))(
  'a full disk is told as soon as it is met, and once more at the end',
  async () => {
    const journal = await openJournal('/dev/full');
    const broken = new Promise(resolve => journal.broken.addEventListener('abort', resolve));
    journal.append({n: 1});
    await broken;
    journal.append({n: 2});
    expect(journal.broken.reason).toMatchObject({code: 'RECORD_NOT_WRITABLE'});
    await expect(journal[Symbol.asyncDispose]()).rejects.toMatchObject({code: 'RECORD_NOT_WRITABLE'});
  },
);
