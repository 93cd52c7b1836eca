import {hash} from 'node:crypto';
import {codeContext} from '../workloads/code-context.ts';
import {type Passage, passages, systemPrompt} from '../workloads/corpus.ts';
import {pick, type Random, seededRandom, shuffled} from '../workloads/random.ts';
import type {ChatQuestion, RankingQuestion, TextQuestion} from './reply.ts';

/**
 * Answers of two runs are about the same question when their ids are equal, so an id has the hash of what is asked. `about`
 * and the number make it readable.
 */
const idOf = (about: string, index: number, asked: unknown): string =>
  `${about}-${index}-${hash('sha256', JSON.stringify(asked)).slice(0, 8)}`;

/** What tokenisers and normalisers do not agree about: scripts, composed characters, spaces, line ends. */
const oddTexts = [
  ' ',
  'a',
  'naïve café — “quotes” … ½ ≤ é',
  'nai\u0308ve cafe\u0301',
  '日本語のコード検索、半角ｶﾀｶﾅ',
  'поиск по исходному коду',
  'بحث في الشيفرة',
  '👩🏽‍💻 🚀 🇨🇭',
  '\tif (x) {\r\n\t\treturn  null;\r\n\t}\n\n',
  '   leading and trailing   ',
  'word '.repeat(60),
  'UPPER lower MiXeD snake_case camelCase kebab-case 0x1F 1e-9',
  '<s>[CLS] special tokens [SEP]</s>',
] as const;

/** Characters of a text of code: a line, a function, a file, and now and then what fills the context of a small encoder. */
const lengths = [40, 120, 200, 400, 600, 1400] as const;

const textOf = (random: Random, index: number): string => {
  const odd = index % 3 === 1 ? oddTexts[(index - 1) / 3] : undefined;
  if (odd !== undefined) return odd;
  const passage = pick(random, passages);
  if (index % 3 === 2) return passage.question;
  return codeContext(random, passage, pick(random, lengths));
};

/** Texts of many kinds, each other than the rest: the same vector twice would have no nearest neighbour of its own. */
export const textQuestions = (count: number, seed: number): readonly TextQuestion[] => {
  const seen = new Set<string>();
  return Array.from({length: count}, (_, index) => {
    const drawn = textOf(seededRandom(seed, 'parity-text', index), index);
    const text = seen.has(drawn) ? `${drawn}\n// ${index}` : drawn;
    seen.add(text);
    return {id: idOf('text', index, text), text};
  });
};

const documentCharacters = 700;

/** A question and documents from the file that answers it down to what has nothing to do with it. */
export const rankingQuestions = (count: number, seed: number): readonly RankingQuestion[] =>
  Array.from({length: count}, (_, index) => {
    const random = seededRandom(seed, 'parity-ranking', index);
    const [asked, other, third, ...rest] = shuffled(random, passages) as [Passage, Passage, Passage, ...Passage[]];
    const lines = asked.text.split('\n');
    const half = Math.ceil(lines.length / 2);
    const documents = [
      asked.text,
      lines.slice(0, half).join('\n'),
      lines.slice(half).join('\n'),
      `${asked.path}\n${other.text}`,
      other.text,
      other.question,
      third.text,
      third.path,
      ...rest.slice(0, 4).map(({text}) => text),
    ].map(text => text.slice(0, documentCharacters));
    const given = {query: asked.question, documents: shuffled(random, [...new Set(documents)])};
    return {id: idOf('ranking', index, given), ...given};
  });

const chatTokens = 48;

/** Questions with and without code before them, every other one with leave to end where the model likes. */
export const chatQuestions = (count: number, seed: number): readonly ChatQuestion[] =>
  Array.from({length: count}, (_, index) => {
    const random = seededRandom(seed, 'parity-chat', index);
    const passage = pick(random, passages);
    const code = index % 4 === 0 ? '' : `${codeContext(random, passage, pick(random, [200, 800, 2400]))}\n`;
    const messages = [
      {role: 'system' as const, content: systemPrompt},
      {role: 'user' as const, content: `${code}${passage.question}`},
    ];
    const given = {messages, outputTokens: chatTokens, mayEnd: index % 2 === 1};
    return {id: idOf('chat', index, given), ...given};
  });

/** A request that no server should serve; `model` is the server's own where the mistake is another one. */
export interface BadQuestion {
  readonly id: string;
  readonly role: 'chat' | 'embed' | 'rerank';
  /** What is wrong with it, in a few words. */
  readonly wrong: string;
  body(model: string): string;
}

const bad = (
  role: BadQuestion['role'],
  name: string,
  wrong: string,
  body: (model: string) => unknown,
): BadQuestion => ({
  id: `error-${role}-${name}`,
  role,
  wrong,
  body: model => {
    const made = body(model);
    return typeof made === 'string' ? made : JSON.stringify(made);
  },
});

const hello = [{role: 'user', content: 'Hello'}];

export const badQuestions: readonly BadQuestion[] = [
  bad('chat', 'no-json', 'a body that is not JSON', () => '{"model": '),
  bad('chat', 'no-messages', 'no messages', model => ({model, max_tokens: 1})),
  bad('chat', 'empty-messages', 'an empty list of messages', model => ({model, messages: [], max_tokens: 1})),
  bad('chat', 'wrong-type', 'messages that are a text', model => ({model, messages: 'Hello', max_tokens: 1})),
  bad('chat', 'negative-tokens', 'max_tokens of -1', model => ({model, messages: hello, max_tokens: -1})),
  bad('chat', 'unknown-model', 'a model that there is not', () => ({
    model: 'no-such-model',
    messages: hello,
    max_tokens: 1,
  })),
  bad('embed', 'no-json', 'a body that is not JSON', () => '{"model": '),
  bad('embed', 'no-input', 'no input', model => ({model})),
  bad('embed', 'empty-input', 'an empty list of texts', model => ({model, input: []})),
  bad('embed', 'wrong-type', 'an input that is a number', model => ({model, input: 7})),
  bad('embed', 'unknown-model', 'a model that there is not', () => ({model: 'no-such-model', input: 'a'})),
  bad('rerank', 'no-json', 'a body that is not JSON', () => '{"model": '),
  bad('rerank', 'no-query', 'no query', model => ({model, documents: ['a']})),
  bad('rerank', 'no-documents', 'no documents', model => ({model, query: 'a'})),
  bad('rerank', 'empty-documents', 'an empty list of documents', model => ({model, query: 'a', documents: []})),
  bad('rerank', 'wrong-type', 'documents that are a number', model => ({model, query: 'a', documents: 7})),
];
