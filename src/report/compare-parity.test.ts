import {expect, test} from 'vitest';
import {type AskedTwice, askedTwice} from '../parity/compare.ts';
import {vectorText} from '../parity/reply.ts';
import {compareParityAnswers, parityLines} from './compare-parity.ts';

/** Texts whose vectors stand at these angles, asked twice. */
const texts = (degrees: Readonly<Record<string, number>>): AskedTwice =>
  askedTwice(
    Object.entries(degrees).flatMap(([input, angle]) =>
      [1, 2].map(pass => ({
        id: `text-${input}`,
        pass,
        status: 200,
        reply: {
          kind: 'embed' as const,
          input,
          vector: vectorText([Math.cos((angle * Math.PI) / 180), Math.sin((angle * Math.PI) / 180)]),
        },
      })),
    ),
  );

const lines = (a: AskedTwice, b: AskedTwice) => parityLines(compareParityAnswers(a, b));

test('a line a measure, and under them what differs, the smallest input first and three of them', () => {
  const equal = {ffffff: 10, ggggggg: 20, hhhhhhhh: 30};
  const a = texts({'a\n': 0, bb: 90, ccc: 180, dddd: 270, eeeee: 45, ...equal});
  const b = texts({'a\n': 60, bb: 90, ccc: 120, dddd: 330, eeeee: 105, ...equal});
  const shown = lines(a, b);
  expect(shown.slice(0, 2)).toEqual(['', 'parity: 8 questions were asked of both (A: 8, B: 8)']);
  // 1 - cos 60° = 0.5
  expect(shown.find(line => line.includes('1 - cosine'))).toMatch(
    / 8 +(?:0|\S+e-\d+) +(?:0|\S+e-\d+) +0\.000001 +0\.5 +0\.25 +- +differs$/,
  );
  const from = shown.findIndex(line => line.includes('DIFFERS: Vectors point the same way'));
  expect(shown.slice(from, from + 8)).toEqual([
    '  DIFFERS: Vectors point the same way (1 - cosine): not in 4 of 8',
    '    text-a: cosine 0.5000000',
    '      "a\\n"',
    '    text-ccc: cosine 0.5000000',
    '      "ccc"',
    '    text-dddd: cosine 0.5000000',
    '      "dddd"',
    '    and 1 more, with longer inputs: --json has them',
  ]);
});

test('nothing differs: one sentence, and what could not be told is not called the same', () => {
  const eight = texts({a: 0, b: 90, c: 30, d: 40, e: 50, f: 61, g: 72, h: 84});
  expect(lines(eight, eight).at(-1)).toBe(
    '  No measure differs more than the engines differ from themselves; not told (too few answers, or an engine that differs from itself as much): Every text has the same ten nearest texts, in any order.',
  );
});

test('a long text is cut with its length, a ranking is told by its question', () => {
  const ranked = (score: number): AskedTwice =>
    askedTwice(
      [1, 2].map(pass => ({
        id: 'ranking-0',
        pass,
        status: 200,
        reply: {
          kind: 'rerank' as const,
          input: JSON.stringify({query: 'Which "one"?', documents: ['a', 'b']}),
          scores: [score, 0.5],
        },
      })),
    );
  expect(lines(ranked(0.9), ranked(0.8))).toContain('      "Which \\"one\\"?" and 2 documents');
  const long = 'x'.repeat(300);
  expect(lines(texts({[long]: 0, b: 90}), texts({[long]: 60, b: 90}))).toContain(
    `      "${'x'.repeat(120)}" … (300 characters)`,
  );
});

test('no question in common: what to do about it', () => {
  expect(lines(texts({a: 0}), texts({b: 0}))).toEqual([
    '',
    'parity: 0 questions were asked of both (A: 1, B: 1)',
    '  None in common: run both with the same --seed and the same suite.',
  ]);
});
