import {createHash} from 'node:crypto';
import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {gzipSync} from 'node:zlib';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {CutoverError} from '../errors.ts';
import {readTrace} from './read-trace.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cutover-traces-'));
});
afterAll(() => rm(folder, {recursive: true}));

const write = async (name: string, content: string | Buffer) => {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
};

const refusal = async (path: string): Promise<CutoverError> => {
  const thrown: unknown = await readTrace(path).catch(error => error);
  if (thrown instanceof CutoverError) return thrown;
  throw new Error('was not refused');
};

test('a trace has its name, its hash, how it was understood, and its times', async () => {
  const content = '{"timestamp": 100, "hash_ids": [1]}\n{"timestamp": 100}\n{"timestamp": 3000.5}\n';
  expect(await readTrace(await write('a.jsonl', content))).toEqual({
    file: 'a.jsonl',
    sha256: createHash('sha256').update(content).digest('hex'),
    times: '"timestamp" in ms',
    timesMs: Float64Array.of(100, 100, 3000.5),
  });
});

test('line ends may be those of Windows, lines empty, the first bytes a mark, and the last line not ended', async () => {
  const {timesMs, times} = await readTrace(await write('b.csv', '\ufefftime_ms,x\r\n\r\n1,a\r\n2,b\r\n\r\n2.5,c'));
  expect([...timesMs]).toEqual([1, 2, 2.5]);
  expect(times).toBe('date or number (in ms) in its first column');
});

test('lines are whole wherever the file was cut into reads', async () => {
  const count = 40_000; // several reads of 64 kB
  const lines = Array.from({length: count}, (_, index) => `{"timestamp": ${index}, "é": "${'x'.repeat(index % 97)}"}`);
  const {timesMs} = await readTrace(await write('c.jsonl', lines.join('\n')));
  expect(timesMs).toHaveLength(count);
  expect(timesMs.every((atMs, index) => atMs === index)).toBe(true);
});

describe('what cannot be replayed is refused with the line, the reason and the fix', () => {
  test.each([
    [
      'no time',
      't.jsonl',
      '{"timestamp": 1}\n{"delay": 5}\n',
      /t\.jsonl .*line 2 has no "timestamp" in ms: "\{\\"delay/,
    ],
    ['a broken line', 'u.csv', 'Timestamp\n1\n\nx,2\n', /u\.csv .*line 4 has no date or number \(in s\)/],
    ['a time that runs back', 'v.txt', '1\n3\n2.5\n', /line 3 is 0\.5 s earlier than the one before it: "2\.5"/],
    ['nothing', 'w.txt', '', /holds no arrival/],
    ['only a header', 'w.csv', 'TIMESTAMP,a\n', /holds no arrival/],
    ['one arrival', 'x.txt', '7\n', /only one arrival/],
    ['arrivals all at once', 'y.txt', '7\n7\n7\n', /at the same time/],
    ['a JSON array', 'z.json', '[{"timestamp": 1},\n{"timestamp": 2}]\n', /line 2 has no/],
  ])('%s', async (_, name, content, message) => {
    const error = await refusal(await write(name, content));
    expect(error).toMatchObject({code: 'BAD_OPTIONS', message: expect.stringMatching(message)});
    expect(error.hint).toMatch(/\.$/);
  });

  test('a file that is not there, and a folder', async () => {
    expect((await refusal(join(folder, 'none.jsonl'))).message).toContain('ENOENT');
    expect((await refusal(folder)).message).toContain('EISDIR');
  });

  test('a compressed file', async () => {
    const error = await refusal(await write('t.jsonl.gz', gzipSync('{"timestamp": 1}\n{"timestamp": 2}\n')));
    expect(error.message).toContain('it is compressed');
    expect(error.hint).toMatch(/^Unpack it first: gunzip --keep .*t\.jsonl\.gz$/);
  });

  test('a file without lines, before it fills the memory', async () => {
    const path = await write('big.bin', Buffer.alloc(5 * 1024 * 1024, 1));
    expect((await refusal(path)).message).toContain('it has no lines');
  });
});
