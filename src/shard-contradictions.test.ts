import {expect, test} from 'vitest';
import {readCommandLine} from './command-line.ts';

const mistakes = (words: string): string => {
  try {
    readCommandLine(['bench', '--engine', 'sglang', ...words.split(' ')], '1.2.3');
    return '';
  } catch (thrown) {
    return (thrown as Error).message;
  }
};

const at = '--start-at 2026-11-22T13:00:00Z';
const attach = '--attach http://127.0.0.1:30000';

test('a shard is counted from 1, and its start has a zone', () => {
  const read = readCommandLine(
    [
      'bench',
      '--engine',
      'sglang',
      ...`--shard 8/8 --start-at 2026-11-22T13:00:00+01:00 --every 60 --concurrency 8 ${attach}`.split(' '),
    ],
    '1.2.3',
  );
  expect(read).toMatchObject({
    options: {shard: {index: 7, of: 8}, startAt: Date.parse('2026-11-22T12:00:00Z'), every: 60},
  });
});

test.each([
  ['4/3', 'there is no shard 4 of 3. They are counted from 1: write --shard 1/3 to --shard 3/3'],
  ['0/8', 'there is no shard 0 of 8. They are counted from 1: write --shard 1/8 to --shard 8/8'],
  ['2/1', 'there is no shard 2 of 1. Write --shard 1/1'],
])('--shard %s: %s', (given, sentence) => {
  expect(mistakes(`--shard ${given} ${at} ${attach}`)).toContain(`--shard is ${given}, and ${sentence}`);
});

test.each(['2', '1/0', '1/10001', 'a/b', '1/2/3'])('--shard %s is no share', given => {
  expect(mistakes(`--shard ${given} ${at} ${attach}`)).toContain(`got "${given}". Write --shard 1/8 on the first`);
});

test.each(['2026-11-22T13:00:00', '13:00', '2026-11-22', '2026-13-45T13:00:00Z', 'tomorrow'])(
  '--start-at %s is no moment for all',
  given => {
    expect(mistakes(`--shard 1/2 --start-at ${given} ${attach}`)).toContain('must be a date and a time with its zone');
  },
);

test.each([
  [`--shard 1/2 ${attach}`, 'Add --start-at <time>'],
  [`--shard 1/2 ${at}`, 'Add --attach <URL>'],
  [`${at} --every 60 ${attach}`, '--start-at is for the shards of a load'],
  [`${at} --every 60 ${attach}`, '--every is for the shards of a load'],
  [`--shard 1/2 ${at} --attach k8s://a/b:1 --load-on k8s --shards 2`, '--load-on k8s cuts the load itself'],
  [`--shard 1/2 ${at} ${attach} --suite capacity`, '--shard does not go with capacity, which is a sweep'],
  [
    `--shard 1/3 ${at} ${attach} --concurrency 2`,
    '--shard: smoke has a load with a concurrency of 2: nothing to do for 3 shards',
  ],
  [`--shard 1/2 ${at} ${attach} --suite mixed`, 'which has loads that run at the same time'],
  [`--shard 1/2 ${at} ${attach} --suite weight-sync`, 'which does something to the server in the middle of a load'],
  [`--shard 1/2 ${at} ${attach} --suite parity`, 'which asks each question once'],
])('%s: %s', (words, sentence) => {
  expect(mistakes(words)).toContain(sentence);
});
