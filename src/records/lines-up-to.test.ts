import {Readable} from 'node:stream';
import {expect, test} from 'vitest';
import {linesUpTo} from './lines-up-to.ts';

const linesOf = (chunks: readonly string[], longest: number) =>
  Array.fromAsync(linesUpTo(Readable.from(chunks.map(chunk => Buffer.from(chunk))), longest));

test('lines are the same however the text is cut, and the last needs no line feed', async () => {
  const text = 'one\n\nthrée\nfour';
  for (const chunks of [[text], [...text], ['on', 'e\n\nthr', 'ée\nf', 'our']])
    expect(await linesOf(chunks, 5)).toEqual(['one', '', 'thrée', 'four']);
  expect(await linesOf(['one\n'], 5)).toEqual(['one']);
});

test('a line that is too long is refused, also before it ends', async () => {
  const why = 'it is longer than 5 characters';
  await expect(linesOf(['one\n', '123', '456', '\n'], 5)).rejects.toThrow(why);
  await expect(linesOf(['123456\n'], 5)).rejects.toThrow(why);
  const endless = (function* () {
    for (;;) yield Buffer.from('more');
  })();
  await expect(Array.fromAsync(linesUpTo(Readable.from(endless), 5))).rejects.toThrow(why);
});
