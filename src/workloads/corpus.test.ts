import {expect, test} from 'vitest';
import {z} from 'zod';
import raw from '../../fixtures/code-search.json' with {type: 'json'};
import {passages, systemPrompt} from './corpus.ts';

const ascii = z.string().regex(/^[\t\x20-\x7e]*$/);
const sentence = ascii.min(10).max(400);

const shape = z.strictObject({
  passages: z
    .array(
      z.strictObject({
        path: ascii.regex(/^[\w./-]+\.(ts|py|go|rs|java|sql|sh)$/),
        language: z.enum(['TypeScript', 'Python', 'Go', 'Rust', 'Java', 'SQL', 'shell']),
        question: sentence.regex(/\?$/),
        lines: z.array(ascii.max(140)).min(10).max(60),
      }),
    )
    .min(60),
  followUps: z.array(sentence).min(20),
  replies: z.array(sentence).min(20),
});

test('the corpus has the shape that the workloads read', () => {
  expect(shape.safeParse(raw).error?.issues).toBeUndefined();
  expect(ascii.safeParse(systemPrompt).success).toBe(true);
});

test('no file, question, follow-up or reply is there twice', () => {
  const all = [...passages.flatMap(({path, question}) => [path, question]), ...raw.followUps, ...raw.replies];
  expect(new Set(all).size).toBe(all.length);
});

test('every language is there at least five times', () => {
  const counts = Map.groupBy(raw.passages, ({language}) => language);
  expect(counts.size).toBe(7);
  for (const files of counts.values()) expect(files.length).toBeGreaterThanOrEqual(5);
});
