import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {xmlText} from './xml.ts';

describe('XML', () => {
  test('has text, attributes and elements, and leaves out what is null', () => {
    const text = xmlText({name: 'a', attributes: {x: 1, y: null}, children: [{name: 'b', children: ['<1 & "2">']}]});
    expect(text).toBe(
      '<?xml version="1.0" encoding="UTF-8"?>\n<a x="1">\n  <b>&lt;1 &amp; &quot;2&quot;&gt;</b>\n</a>\n',
    );
  });

  test('line breaks and tabs of an attribute survive its normalisation', () => {
    expect(xmlText({name: 'a', attributes: {x: 'one\n\ttwo\r'}})).toContain('<a x="one&#10;&#9;two&#13;"/>');
  });

  test.each([
    ['NUL', '\u0000'],
    ['escape', '\u001b'],
    ['vertical tab', '\u000b'],
    ['half of a pair', '\ud83d'],
    ['a noncharacter', '\uffff'],
    ['a C1 control', '\u009b'],
  ])('%s, which XML 1.0 cannot or should not hold, becomes U+FFFD', (_, character) => {
    expect(xmlText({name: 'a', children: [`x${character}y`]})).toContain('<a>x\ufffdy</a>');
  });

  test('a character beyond the first plane is whole', () => {
    expect(xmlText({name: 'a', children: ['🦆']})).toContain('<a>🦆</a>');
  });

  test('any text is inside its element, and only of characters that XML allows', () => {
    fc.assert(
      fc.property(fc.string({unit: 'binary'}), text => {
        const [, inside] = /<a>([\s\S]*)<\/a>\n$/.exec(xmlText({name: 'a', children: [`.${text}`]})) ?? [];
        expect(inside).toMatch(/^(?:[^<>&]|&(?:amp|lt|gt|quot|#9|#10|#13);)*$/);
        expect(inside).not.toMatch(/(?![\t\n\r])[\p{Cc}\p{Cs}\p{Noncharacter_Code_Point}]/u);
      }),
    );
  });
});
