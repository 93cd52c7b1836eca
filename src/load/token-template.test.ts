import {expect, test} from 'vitest';
import type {Usage} from '../engines/engine.ts';
import {readStandardUsage} from '../engines/usage.ts';
import {learnTemplate} from './token-template.ts';

const event = (content: string, completion = '3', total = '10') =>
  `data: {"id":"a","choices":[{"delta":{"content":"${content}"},"finish_reason":null}],"usage":{"prompt_tokens":7,"total_tokens":${total},"completion_tokens":${completion}}}\n\n`;
const usage: Usage = {promptTokens: 7, outputTokens: 3, cachedPromptTokens: null};

const learn = (text: string, told: Usage | null = usage) => learnTemplate(Buffer.from(text), told, readStandardUsage);

/** What a template learned from an ordinary event makes of another: where it ends, and its tokens. */
const match = (text: string, {template = learn(event('a')), start = 0, end = Buffer.byteLength(text)} = {}) => {
  const at = template?.match(Buffer.from(text), start, end) ?? null;
  return at === null || at < 0 ? null : [at, template?.outputTokens];
};

test('an event with another text and other counts is known', () => {
  const next = event('it\\"s \\u00e9\\\\', '12', '19');
  expect(match(next)).toEqual([Buffer.byteLength(next), 12]);
  expect(match(event('é😀', '0', '7'))?.[1]).toBe(0);
});

test('it is known where it lies, and not beyond the bytes that were read', () => {
  const next = event('b');
  const bytes = `..${next}data:`;
  expect(match(bytes, {start: 2})).toEqual([2 + next.length, 3]);
  for (let end = 2; end < 2 + next.length; end += 1) expect(match(bytes, {start: 2, end})).toBeNull();
});

test.each([
  ['no text', event('')],
  ['a control character in its text', event('\t')],
  ['an escape that is none', event('\\x')],
  ['half an escape', event('\\u00g0')],
  ['a count that begins with 0', event('b', '03')],
  ['a count below 0', event('b', '-3')],
  ['a count that is no whole number', event('b', '3.5')],
  ['a count with an exponent', event('b', '3e1')],
  ['no count', event('b', 'null')],
  ['a count that no number can hold', event('b', '1234567890123456')],
  ['another id', event('b').replace('"a"', '"c"')],
  ['a finish reason', event('b').replace('null', '"stop"')],
  ['one line end', event('b').slice(0, -1)],
])('an event with %s is left to be parsed', (_, text) => expect(match(text)).toBeNull());

test('the text that carries the token is found among others', () => {
  const words = (content: string) =>
    `data: {"note":{"content":"x","text":"y"},"choices":[{"delta":{"reasoning":"","content":"${content}"}}]}\n\n`;
  const template = learn(words('a'), null);
  expect(match(words('b'), {template})).toEqual([words('b').length, null]);
  expect(match(words(''), {template})).toBeNull();
});

test.each([
  ['finishes the stream', event('a').replace('null', '"stop"')],
  ['has its token in two texts', event('a').replace('"content"', '"reasoning":"r","content"')],
  ['has data on two lines', event('a').replace('\n\n', '\ndata: \n\n')],
  ['has a name', `event: x\n${event('a')}`],
  ['ends with carriage returns', event('a').replace('\n\n', '\r\r')],
  ['is long', event('a'.repeat(5000))],
])('nothing is learned from an event that %s', (_, text) => expect(learn(text)).toBeNull());

test('of a key that stands twice the last one counts', () => {
  const twice = (first: string, last: string) => event('-').replace('"-"', `"${first}","content":"${last}"`);
  const template = learn(twice('x', 'a'));
  expect(match(twice('x', 'b'), {template})?.[1]).toBe(3);
  expect(match(twice('x', ''), {template})).toBeNull();
});

test('nothing is learned where more than the tokens of the answer depends on the counts', () => {
  const odd = (value: unknown) => {
    const told = readStandardUsage(value);
    return {...told, promptTokens: told.outputTokens};
  };
  expect(learnTemplate(Buffer.from(event('a')), {...usage, promptTokens: 3}, odd)).toBeNull();
});
