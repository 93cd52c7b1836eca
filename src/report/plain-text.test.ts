import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {markdownText, plainText} from './plain-text.ts';

describe('in a terminal', () => {
  test.each([
    ['colours and cursor moves', '\u001b[31mred\u001b[0m\u001b[2K', 'red'],
    ['a title for the window', '\u001b]0;owned\u0007text', 'text'],
    ['line breaks and tabs', 'one\r\ntwo\tthree', 'one two three'],
    ['a bell and a backspace', 'ring\u0007\bing', 'ring ing'],
    ['a turned writing direction', 'abc\u202edef', 'abc def'],
    ['half a character', 'a\ud800b', 'a b'],
  ])('%s cannot come from a server', (_what, given, shown) => {
    expect(plainText(given)).toBe(shown);
  });

  test('letters of every language stay as they are', () => {
    expect(plainText('Zürich 東京 🚀')).toBe('Zürich 東京 🚀');
  });

  test('a page of HTML is cut to what fits in a table', () => {
    expect(plainText('x'.repeat(5000))).toBe(`${'x'.repeat(400)}…`);
  });

  test('no text leaves a control character', () => {
    fc.assert(
      fc.property(fc.string({unit: 'binary'}), text => {
        expect(plainText(text)).not.toMatch(/[\p{Cc}\u2028\u2029\u202a-\u202e]/u);
      }),
    );
  });
});

describe('in Markdown', () => {
  test.each([
    ['a cell border', 'a|b', 'a\\|b'],
    ['an escaped border', 'a\\|b', 'a\\\\\\|b'],
    ['HTML', '<img src=x>', '\\<img src=x\\>'],
    ['an entity', '&lt;', '\\&lt;'],
    ['a link', '[x](y)', '\\[x\\](y)'],
    ['an image', '![x](y)', '\\!\\[x\\](y)'],
    ['emphasis and code', '*a* _b_ `c`', '\\*a\\* \\_b\\_ \\`c\\`'],
    ['a new row', 'a\n| b |', 'a \\| b \\|'],
  ])('%s is text', (_what, given, shown) => {
    expect(markdownText(given)).toBe(shown);
  });
});
