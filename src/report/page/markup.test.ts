import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {html, jsonText, Markup} from './markup.ts';

describe('a template', () => {
  test('escapes what is put into it, in text and in attributes', () => {
    expect(html`<a title="${`"><b>'&`}">${'<i>'}</a>`.text).toBe(
      '<a title="&quot;&gt;&lt;b&gt;&#39;&amp;">&lt;i&gt;</a>',
    );
  });

  test('leaves markup as it is, joins lists, and leaves out what is null', () => {
    expect(html`<ul>${['<', 'b'].map(text => html`<li>${text}</li>`)}${null}${3}</ul>`.text).toBe(
      '<ul><li>&lt;</li><li>b</li>3</ul>',
    );
    expect(html`${new Markup('<br>')}`.text).toBe('<br>');
  });

  test('keeps line breaks, and no character that hides or turns others', () => {
    expect(html`${'a\r\nb\u0000\u202ec\u2028d'}`.text).toBe('a\nb  c d');
  });

  test('never lets a text open a tag or end an attribute', () => {
    fc.assert(
      fc.property(fc.string({unit: 'binary'}), text => {
        expect(html`${text}`.text).not.toMatch(/[<>"']/);
      }),
    );
  });
});

describe('JSON in a script element', () => {
  test('is the same value, with nothing in it that a browser reads as the end of the element', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({unit: 'binary'}), fc.constantFrom('</script>', '<!--', '\u2028')), text => {
        const json = jsonText({text});
        expect(JSON.parse(json)).toEqual({text});
        expect(json).not.toMatch(/[<>&\u2028\u2029]/);
      }),
    );
  });
});
