import {expect, test} from 'vitest';
import type {ShardWord} from './shard-host.ts';
import {emptyOutcome} from './test-outcome.ts';
import {readWord, wordText} from './word-text.ts';

const done: ShardWord = {
  ...{number: 3, kind: 'done', load: 1, outcome: emptyOutcome},
  file: {name: 'load-1.blocks', bytes: 0, sha256: 'e3b0'},
};

test('a word is read as it was said, also of a load that sent nothing, whose marks are infinite', () => {
  expect(readWord(wordText(done))).toEqual(done);
  const ready: ShardWord = {number: 2, kind: 'ready', load: 1};
  expect(readWord(wordText(ready))).toEqual(ready);
});

test.each(['', 'a warning of Node', '{}', 'null', '[1]', '{"number": "1", "kind": "ready"}', '{"number": 1}'])(
  '%j is no word',
  line => {
    expect(readWord(line)).toBeNull();
  },
);

test('an end that cannot be read is one of a load that failed, with the reason', () => {
  const spoiled = {...done, outcome: {...emptyOutcome, counts: {ok: 'many', failed: 0}}};
  expect(readWord(JSON.stringify(spoiled))).toEqual({
    ...{number: 3, kind: 'failed', load: 1},
    failure: {
      ...{code: null, hint: null},
      message: 'what it came to cannot be read: counts.ok: must be a number',
    },
  });
});
