import {expect, test} from 'vitest';
import type {DropIn} from '../contract/drop-in.ts';
import {checksText, dropInText} from './contract-text.ts';

const rude = '\u001b[31mred\nline\u202e';
const check = {id: 'chat.usage', title: 'Usage adds up', outcome: 'fail', detail: rude, example: rude} as const;
const judged = ['http://a', 'http://b'].map(url => ({url, simulated: false, checks: [check]}));

const field: DropIn['fields'][number] = {
  field: 'chat content',
  verdict: 'different',
  detail: rude,
  compared: 3,
  shown: 2,
  example: rude,
  question: 'chat/answered/rude',
};
const same = (name: string, compared: number): DropIn['fields'][number] => ({
  ...{field: name, verdict: 'same', detail: '', compared, shown: compared, example: null, question: null},
});
const dropIn: DropIn = {
  verdict: 'different',
  fields: [field, same('chat reply', 3), same('embed reply', 2), same('chat usage.prompt_tokens', 1)],
  questions: 3,
};

test('a field that differs stands before the verdict, with how often it did', () => {
  expect(dropInText(dropIn, judged)).toBe(
    [
      'different  chat content (2 of 3: red line)',
      '        red line',
      'same       chat: reply (3), usage.prompt_tokens (1)',
      'same       embed: reply (2)',
      'http://a: 0 pass, 1 fail, 0 unknown, 0 noted',
      'http://b: 0 pass, 1 fail, 0 unknown, 0 noted',
      'NO-GO: http://b cannot stand in for http://a after 3 questions; 1 field differs: chat content (rude)',
      '',
    ].join('\n'),
  );
});

test('where nothing was answered it is INCONCLUSIVE, and the last line says why', () => {
  expect(dropInText({verdict: 'unknown', fields: [], questions: 0}, judged)).toMatch(
    /INCONCLUSIVE: cannot tell whether http:\/\/b can stand in for http:\/\/a: none of 0 questions was answered by both\n$/,
  );
});

test('where only replies are missing it says how many, and of which questions', () => {
  const lost = {
    ...field,
    field: 'embed reply',
    verdict: 'unknown',
    shown: 1,
    question: 'embed/refused/huge-body',
  } as const;
  expect(dropInText({verdict: 'unknown', fields: [lost], questions: 152}, judged)).toMatch(
    /can stand in for http:\/\/a: 1 of 152 questions got no reply \(embed\/refused\/huge-body\)\n$/,
  );
  const fields = [lost, {...lost, field: 'check chat-default-length', question: null}];
  expect(dropInText({verdict: 'unknown', fields, questions: 152}, judged)).toMatch(
    / after 152 questions; 2 fields could not be compared: embed reply \(huge-body\), check chat-default-length\n$/,
  );
});

test('what a simulated engine answers is no GO', () => {
  const same: DropIn = {verdict: 'drop-in', fields: [], questions: 3};
  expect(dropInText(same, judged)).toMatch(/\nGO: http:\/\/b can stand in for http:\/\/a, by 3 questions\n$/);
  const simulated = judged.map((one, at) => ({...one, simulated: at === 1}));
  expect(dropInText(same, simulated)).toMatch(
    /\nINCONCLUSIVE: cannot tell whether http:\/\/b can stand in .*\nSimulated evidence: says nothing about a real engine\.\n$/,
  );
});

test('what a server wrote cannot colour, break or turn lines', () => {
  const texts = [dropInText(dropIn, judged), ...judged.map(checksText)];
  for (const text of texts) expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  expect(texts[1]).toContain('fail    chat.usage: Usage adds up\n        red line\n        red line\n');
});
