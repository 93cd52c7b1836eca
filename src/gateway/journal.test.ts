import {appendFile, mkdtemp, readFile, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, beforeAll, expect, test} from 'vitest';
import type {GatewayLine} from '../schema/journal.ts';
import {maxRecent} from './admin/contract.ts';
import {openJournal} from './journal.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cutover-journal-'));
});
afterAll(() => rm(folder, {recursive: true}));

const silent = () => {};
const ended = (endMs: number): Omit<GatewayLine, 'seq'> => ({
  id: `r${endMs}`,
  kind: 'embed',
  target: 'baseline',
  mirror: false,
  outcome: 'served',
  status: 200,
  code: null,
  receivedMs: endMs - 2,
  askedMs: endMs - 1,
  firstByteMs: endMs,
  endMs,
  asked: 1,
  items: 1,
});

test('a journal that is there is gone on with, and a line that a kill cut in two is dropped', async () => {
  const path = join(folder, 'cut.jsonl');
  {
    await using journal = await openJournal(path, silent);
    journal.add(ended(1));
    journal.add(ended(2));
  }
  await appendFile(path, '{"seq":3,"id":"r');
  {
    await using journal = await openJournal(path, silent);
    expect(journal.seq).toBe(2);
    journal.add(ended(3));
  }
  const lines = (await readFile(path, 'utf8')).split('\n');
  expect(JSON.parse(lines[2] ?? '')).toEqual({seq: 3, ...ended(3)});
  expect(lines).toHaveLength(4);
});

test('the last minute is kept, and told from where one asks, 10,000 lines at a time', async () => {
  await using journal = await openJournal(null, silent);
  for (let n = 1; n <= 30_000; n += 1) journal.add(ended(n * 4)); // 120 s
  const seqs = (after: number) => journal.recent(after).map(({seq}) => seq);
  expect([seqs(0)[0], seqs(0).length, seqs(0).at(-1)]).toEqual([15_000, maxRecent, 24_999]);
  expect(seqs(29_998)).toEqual([29_999, 30_000]);
  expect([seqs(30_000), journal.seq]).toEqual([[], 30_000]);
});

test('a folder that is not there is said before anything is served', async () => {
  await expect(openJournal(join(folder, 'no', 'gateway.jsonl'), silent)).rejects.toMatchObject({
    code: 'RECORD_NOT_WRITABLE',
  });
});
