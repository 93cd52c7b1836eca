import {pick, type Random, seededRandom} from '../workloads/random.ts';
import {type ContractQuestion, posted, type Subject} from './question.ts';

/** Words that have gone wrong somewhere: quotes, escapes, other scripts, JSON in text, what looks like a template. */
const words = [
  'def',
  'return',
  'login()',
  '"quoted"',
  "it's",
  '\\n',
  'a\tb',
  'größe',
  '語',
  '🦀',
  'e\u0301',
  '<|im_end|>',
  '{"texts":[]}',
  'null',
  '0',
  '-1',
  '&amp;',
  '%s',
  '../..',
  'SELECT *',
  '{{x}}',
  '\u200b-',
  'İ',
  'x'.repeat(40),
];

const below = (random: Random, limit: number) => Math.floor(random() * limit);
const many = <Item>(count: number, make: () => Item): Item[] => Array.from({length: count}, make);
const textOf = (random: Random, size: number) =>
  `w${many(below(random, size), () => ` ${pick(random, words)}`).join('')}`;

type Body = Record<string, unknown>;

/** `size` bounds the words of a text, and so, with the lists, the bytes. */
const bodies: Readonly<Record<'embed' | 'rerank' | 'chat', (random: Random, size: number) => Body>> = {
  embed: (random, size) => ({texts: many(1 + below(random, 3), () => textOf(random, size))}),
  rerank: (random, size) => {
    const documents = many(1 + below(random, 5), () => textOf(random, size));
    const top = pick(random, [{}, {top_n: null}, {top_n: below(random, 8)}]);
    return {query: textOf(random, size), documents, ...top};
  },
  chat: (random, size) => ({
    messages: many(1 + below(random, 3), () => ({
      role: pick(random, ['system', 'user', 'assistant']),
      content: textOf(random, size),
    })).concat({role: 'user', content: textOf(random, size)}),
    max_tokens: 1 + below(random, 8),
    ...pick(random, [{}, {temperature: below(random, 11) / 10}]),
  }),
};

const required = {embed: ['texts'], rerank: ['query', 'documents'], chat: ['messages']};
const wrong: readonly unknown[] = [null, true, 0, 1.5, {}, [], [null], [0], [[]], [{}], {a: 'b'}];

/** A body that was right, with one thing wrong with it: a required field, or the JSON itself. */
const spoilt = (random: Random, subject: keyof typeof bodies, body: Body): string => {
  const field = pick(random, required[subject]);
  const {[field]: _, ...without} = body;
  const text = JSON.stringify(body);
  return pick(random, [
    () => JSON.stringify(without),
    () => JSON.stringify({...without, [field]: pick(random, wrong)}),
    () => JSON.stringify([body]),
    () => text.slice(0, 1 + below(random, text.length - 2)),
  ])();
};

/**
 * `count` questions drawn from `seed`, of growing size, so that the first to go wrong is a small one; every third is
 * spoilt. The same seed gives the same bytes whatever library is installed: two services of two runs are asked the same.
 */
export const generatedQuestions = (seed: number, count: number): readonly ContractQuestion[] =>
  Array.from({length: count}, (_, index) => {
    const random = seededRandom(seed, 'contract', index);
    // Chat takes longest: a fifth of them.
    const subject = pick(random, ['embed', 'embed', 'rerank', 'rerank', 'chat'] as const satisfies Subject[]);
    const body = bodies[subject](random, 1 + Math.min(12, Math.floor(index / 4)));
    const name = `generated-${String(index).padStart(5, '0')}`;
    if (index % 3 !== 2) return posted(subject, 'answered', name, body);
    return {...posted(subject, 'refused', name, null), body: spoilt(random, subject, body)};
  });
