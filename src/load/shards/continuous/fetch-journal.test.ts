import {createHash} from 'node:crypto';
import {readdir, readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {temporaryFolder} from '../../../records/test-folder.ts';
import type {ClientLine} from '../../../schema/journal.ts';
import {fetchJournal} from './fetch-journal.ts';

const lines: readonly ClientLine[] = Array.from({length: 50}, (_, at) => ({
  ...{event: 'sent', id: `s1-${at}`, part: 'für alle', kind: 'embed', scheduledMs: at, sentMs: at + 0.5},
}));
const textOf = (all: readonly ClientLine[]) => all.map(line => `${JSON.stringify(line)}\n`).join('');
const bytes = Buffer.from(textOf(lines));
const counts = {sent: 50, served: 50, refused: 0, failed: 0, lost: 0};
const file = {name: 'load-0.jsonl', bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex')};

/** Brings in pieces of seven bytes what each fetch is to bring. */
const hostWith = (...fetches: readonly Uint8Array[]) => {
  let fetched = 0;
  return {
    async *fetch() {
      const all = fetches[fetched++] ?? bytes;
      for (let at = 0; at < all.length; at += 7) yield all.subarray(at, at + 7);
    },
  };
};
const toHere = (ms: number) => ms + 1000;
const moved = textOf(lines.map(line => ({...line, scheduledMs: line.scheduledMs + 1000, sentMs: line.sentMs + 1000})));

test('a journal that came wrong once is fetched again, and takes the place of one that was there before', async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'client.1.1.jsonl');
  await writeFile(path, 'what an earlier try had left');
  await fetchJournal({host: hostWith(bytes.subarray(0, 100)), word: {file, counts}, toHere}, path);
  expect(await readFile(path, 'utf8')).toBe(moved);
  expect(await readdir(folder.path)).toEqual(['client.1.1.jsonl']);
});

test.each<[string, readonly Uint8Array[], Partial<typeof counts>, RegExp]>([
  ['cut short', [bytes.subarray(0, 100), bytes.subarray(0, 100)], {}, /each time 100 of \d+ bytes came/],
  ['torn in a line', [bytes.subarray(50), bytes.subarray(50)], {}, /each time a line of it was torn/],
  [
    'changed',
    [Buffer.from(bytes.toString().replace('s1-7', 's1-8')), Buffer.from(bytes.toString().replace('s1-7', 's1-8'))],
    {},
    /each time its checksum is another one/,
  ],
  ['of fewer requests than were counted', [bytes, bytes], {sent: 51}, /it tells of 50 requests, and 51 were counted/],
])('one that is %s twice is none, and nothing of it stays', async (_, fetches, more, why) => {
  await using folder = await temporaryFolder();
  const word = {file, counts: {...counts, ...more}};
  const path = join(folder.path, 'client.1.1.jsonl');
  await expect(fetchJournal({host: hostWith(...fetches), word, toHere}, path)).rejects.toThrow(why);
  expect(await readdir(folder.path)).toEqual([]);
});
