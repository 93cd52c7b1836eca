import {writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {gzipSync} from 'node:zlib';
import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import type {ClientLine, GatewayLine} from '../schema/journal.ts';
import type {LoadShard, MemoryReading, Rehearsal} from '../schema/rehearsal.ts';
import {clientJournal, readClientJournal, readGatewayJournal, readMemoryJournal, shardJournal} from './read-journal.ts';
import {temporaryFolder} from './test-folder.ts';

const sent = (id: string): ClientLine => ({event: 'sent', id, part: 'p', kind: 'chat', scheduledMs: 1.5, sentMs: 2});
const ended: ClientLine = {
  ...{event: 'ended', id: 'r-1', part: 'p', kind: 'embed', outcome: 'lost', status: null, reason: 'gone'},
  ...{scheduledMs: 1, sentMs: 2, firstByteMs: null, firstTokenMs: null, endMs: 9},
} as const;
const gateway: GatewayLine = {
  ...{seq: 1, id: 'r-1', kind: 'rerank', target: 'baseline', mirror: false, outcome: 'served', status: 200, code: null},
  ...{receivedMs: 1, askedMs: 2, firstByteMs: 3, endMs: 4, asked: 1, items: 8},
} as const;
const memory: MemoryReading = {atMs: 1, arm: 'candidate', vramMiB: null, hostMiB: 12.5, simulated: false};

const textOf = (lines: readonly object[]) => lines.map(line => `${JSON.stringify(line)}\n`).join('');
const clientLines = async (text: string | Uint8Array, name = clientJournal) => {
  await using folder = await temporaryFolder();
  await writeFile(join(folder.path, name), text);
  return await Array.fromAsync(readClientJournal(folder.path));
};

describe('journals of load pods', () => {
  const shard = (index: number, more: Partial<LoadShard> = {}): LoadShard => ({
    ...{pod: 'p', node: null, clocks: [], journal: shardJournal(1, index), lost: null, ...more},
  });
  const load = (...shards: LoadShard[]): Pick<Rehearsal, 'podLoads'> => ({
    podLoads: [{sitting: 1, image: 'i', namespace: 'n', job: 'j', startMs: 1, shards}],
  });
  const readWith = async (
    files: Readonly<Record<string, string | Uint8Array>>,
    rehearsal: Pick<Rehearsal, 'podLoads'>,
  ) => {
    await using folder = await temporaryFolder();
    for (const [name, content] of Object.entries({[clientJournal]: '', ...files}))
      await writeFile(join(folder.path, name), content);
    return await Array.fromAsync(readClientJournal(folder.path, rehearsal), ({id}) => id);
  };

  test('are read as the record names them, packed or not; another one that lies there is not', async () => {
    const files = {
      [shardJournal(1, 0)]: textOf([sent('s1-1')]),
      [`${shardJournal(1, 1)}.gz`]: gzipSync(textOf([sent('s1-2'), sent('s1-3')])),
      [shardJournal(2, 0)]: textOf([sent('s2-1')]),
    };
    const rehearsal = load(shard(0, {sent: 1}), shard(1), shard(2, {journal: null}));
    expect(await readWith(files, rehearsal)).toEqual(['s1-1', 's1-2', 's1-3']);
    expect(await readWith(files, {})).toEqual([]);
  });

  test('that were not copied, or not to their ends, are told as such', async () => {
    await expect(readWith({}, load(shard(0)))).rejects.toMatchObject({
      ...{code: 'RECORD_UNREADABLE', hint: expect.stringContaining('Copy it')},
      message: expect.stringContaining('neither it nor client.1.1.jsonl.gz exists'),
    });
    await expect(readWith({[shardJournal(1, 0)]: textOf([sent('s1-1')])}, load(shard(0, {sent: 2})))).rejects.toThrow(
      /client\.1\.1\.jsonl cannot be read: it tells of 1 requests, and its pod had sent 2/,
    );
  });
});

test('each journal is read as it was written, packed or not', async () => {
  await using folder = await temporaryFolder();
  await writeFile(join(folder.path, 'client.jsonl'), textOf([sent('r-1'), ended]));
  await writeFile(join(folder.path, 'gateway.jsonl.gz'), gzipSync(textOf([gateway])));
  await writeFile(join(folder.path, 'memory.jsonl'), textOf([memory]));
  expect(await Array.fromAsync(readClientJournal(folder.path))).toEqual([sent('r-1'), ended]);
  expect(await Array.fromAsync(readGatewayJournal(folder.path))).toEqual([gateway]);
  expect(await Array.fromAsync(readMemoryJournal(folder.path))).toEqual([memory]);
  expect(await clientLines('')).toEqual([]);
});

test('wherever the writer was killed, all whole lines are read', async () => {
  const lines = ['a', 'é', 'c'].map(sent);
  const text = Buffer.from(textOf(lines));
  await fc.assert(
    fc.asyncProperty(fc.nat(text.length), async length => {
      const kept = text.subarray(0, length);
      // The last line feed adds nothing to a line that is complete without it.
      const whole = lines.filter((_, index) => Buffer.byteLength(textOf(lines.slice(0, index + 1))) - 1 <= length);
      expect(await clientLines(kept)).toEqual(whole);
    }),
    {numRuns: 60},
  );
});

describe('a journal that cannot be read is told as such', () => {
  const line = textOf([ended]);
  test.each([
    ['a torn line in the middle', `${line}{"event":"se\n${line}`, /client\.jsonl cannot be read: line 2: /],
    ['a last line that ends and makes no sense', `${line}{"event":"se\n`, /line 2: /],
    ['a line of another kind', `${line}${textOf([memory])}`, /line 2: event: /],
    ['a line with a field too many', textOf([{...ended, more: 1}]), /line 1: /],
  ])('%s', async (_, text, message) => {
    await expect(clientLines(text)).rejects.toMatchObject({
      code: 'RECORD_UNREADABLE',
      message: expect.stringMatching(message),
    });
  });

  test('none at all', async () => {
    await expect(clientLines(line, 'other.jsonl')).rejects.toMatchObject({
      code: 'RECORD_UNREADABLE',
      message: expect.stringContaining('neither it nor client.jsonl.gz exists'),
    });
  });

  test('a packed one that was cut off', async () => {
    const packed = gzipSync(textOf(Array.from({length: 100}, () => ended)));
    await expect(clientLines(packed.subarray(0, -20), `${clientJournal}.gz`)).rejects.toMatchObject({
      code: 'RECORD_UNREADABLE',
    });
  });
});

test('who has read enough need not read the rest', async () => {
  await using folder = await temporaryFolder();
  await writeFile(join(folder.path, clientJournal), textOf(Array.from({length: 10_000}, (_, n) => sent(`r-${n}`))));
  for await (const line of readClientJournal(folder.path)) {
    expect(line.id).toBe('r-0');
    break;
  }
});
