import {expect, test} from 'vitest';
import type {DropIn} from '../contract/drop-in.ts';
import {checksText, dropInText} from './contract-text.ts';

const rude = '\u001b[31mred\nline\u202e';
const check = {id: 'chat.usage', title: 'Usage adds up', outcome: 'fail', detail: rude, example: rude} as const;
const judged = ['http://a', 'http://b'].map(url => ({url, checks: [check]}));

const field: DropIn['fields'][number] = {
  field: 'chat content',
  verdict: 'different',
  detail: rude,
  compared: 3,
  shown: 2,
  example: rude,
};
const dropIn: DropIn = {verdict: 'different', fields: [field], questions: 3};

test('a field that differs stands before the verdict, with how often it did', () => {
  expect(dropInText(dropIn, judged)).toBe(
    [
      'different  chat content (2 of 3: red line)',
      '        red line',
      'http://a: 0 pass, 1 fail, 0 unknown, 0 noted',
      'http://b: 0 pass, 1 fail, 0 unknown, 0 noted',
      'NO-GO: http://b cannot stand in for http://a, by 3 questions',
      '',
    ].join('\n'),
  );
});

test('what a server wrote cannot colour, break or turn lines', () => {
  const texts = [dropInText(dropIn, judged), ...judged.map(checksText)];
  for (const text of texts) expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  expect(texts[1]).toContain('fail    chat.usage: Usage adds up\n        red line\n        red line\n');
});
