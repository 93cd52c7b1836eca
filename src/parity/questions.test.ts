import {hash} from 'node:crypto';
import {expect, test} from 'vitest';
import {badQuestions, chatQuestions, rankingQuestions, textQuestions} from './questions.ts';

const asked = (seed: number) => ({
  texts: textQuestions(64, seed),
  rankings: rankingQuestions(16, seed),
  chats: chatQuestions(16, seed),
});

test('one seed asks the same, byte for byte', () => {
  expect(hash('sha256', JSON.stringify(asked(1)))).toBe(
    'bc63a44986162b9dd3d3e7b671438fea9aca73a5f21561e175989085139c158e',
  );
});

test('a longer list begins with a shorter one', () => {
  expect(textQuestions(64, 7).slice(0, 10)).toEqual(textQuestions(10, 7));
  expect(rankingQuestions(16, 7).slice(0, 3)).toEqual(rankingQuestions(3, 7));
});

test('ids tell what is asked: equal only where the question is', () => {
  const {texts, rankings, chats} = asked(1);
  const ids = [...texts, ...rankings, ...chats, ...badQuestions].map(({id}) => id);
  expect(new Set(ids).size).toBe(ids.length);
  const elsewhere = new Map(textQuestions(64, 2).map(({id, text}) => [id, text]));
  for (const {id, text} of texts) expect(elsewhere.get(id) ?? text).toBe(text);
});

test('no text is asked about twice, and no ranking has a document twice', () => {
  const texts = textQuestions(500, 1).map(({text}) => text);
  expect(new Set(texts).size).toBe(500);
  for (const {documents} of rankingQuestions(50, 1)) expect(new Set(documents).size).toBe(documents.length);
});

test('texts are short and long, of many scripts, and of white space alone', () => {
  const texts = textQuestions(64, 1).map(({text}) => text);
  expect(texts).toContain(' ');
  expect(Math.max(...texts.map(({length}) => length))).toBeGreaterThan(1000);
  for (const script of [
    /\p{Script=Han}/u,
    /\p{Script=Arabic}/u,
    /\p{Script=Cyrillic}/u,
    /\p{Emoji_Presentation}/u,
    /\r\n/,
  ])
    expect(texts.some(text => script.test(text))).toBe(true);
});

test('every other chat may end before its length', () => {
  expect(chatQuestions(4, 1).map(({mayEnd}) => mayEnd)).toEqual([false, true, false, true]);
});
