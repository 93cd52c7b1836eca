import {describe, expect, test} from 'vitest';
import type {Answer} from '../schema/answer.ts';
import {answersByRole} from './answers-by-role.ts';
import type {ParityReply} from './reply.ts';

const request = {method: 'POST', path: '/', contentType: null, body: null, bytes: 0};

/** Each question was asked twice and got the same answer. */
const twice = (replies: readonly ParityReply[]): Answer[] =>
  [1, 2].flatMap(pass =>
    replies.map((reply, index) => ({
      ...{id: `${reply.kind}-${index}`, pass, about: reply.kind, request, status: 200, failure: null, durationMs: 1},
      reply,
    })),
  );

/** Twelve texts in a plane, their angles 1°, 2°, … 11° apart, so that each has one nearest; all of them turned by an angle. */
const vectors = (turnedBy: number) =>
  Array.from({length: 12}, (_, index): ParityReply => {
    const angle = ((index * (index + 1)) / 2) * (Math.PI / 180) + turnedBy;
    const bytes = Buffer.from(Float32Array.of(Math.cos(angle), Math.sin(angle)).buffer);
    return {kind: 'embed', input: `text ${index}`, vector: bytes.toString('base64')};
  });
/** Turned so far that the cosine is 0.995: 1 - cosine is 0.005, and lengths and neighbours are what they were. */
const turned = Math.acos(0.995);

/** Twelve rankings of two documents; the first `swapped` of them the other way round. */
const rankings = (swapped: number) =>
  Array.from(
    {length: 12},
    (_, index): ParityReply => ({
      kind: 'rerank',
      input: `query ${index}`,
      scores: index < swapped ? [0.5, 0.9] : [0.9, 0.5],
    }),
  );

describe('vectors', () => {
  const asked = (allow: Record<string, number> | undefined, turnedBy = turned) =>
    answersByRole(twice(vectors(0)), twice(vectors(turnedBy)), {required: ['embed'], allow});

  test('that are the same are the same, and the measure that is closest to its limit is told', () => {
    expect(asked(undefined, 0)).toEqual([
      {
        role: 'embed',
        outcome: 'same',
        detail: expect.stringMatching(/^5 of 5 measures are within the engines' own noise; closest to its limit: /),
      },
    ]);
  });

  test('that point elsewhere differ, though each side repeats itself', () => {
    expect(asked(undefined)).toEqual([
      {
        role: 'embed',
        outcome: 'differs',
        detail:
          "Too far apart: 0.005 apart in “Vectors point the same way (1 - cosine)”, and the engines' own noise reaches 0.000001",
      },
    ]);
  });

  test('may be as far apart as the plan allows, and no further', () => {
    expect(asked({'embed.cosine': 0.01})).toMatchObject([
      {
        outcome: 'same',
        detail: expect.stringMatching(
          /^4 of 5 measures .*, 1 only within what the plan allows; .*, and the plan allows 0\.01$/,
        ),
      },
    ]);
    expect(asked({'embed.cosine': 0.004})).toMatchObject([
      {outcome: 'differs', detail: expect.stringMatching(/: 0\.005 apart in .*, and the plan allows 0\.004$/)},
    ]);
  });

  test('are held against what the sides differ from themselves where the plan allows less', () => {
    expect(asked({'embed.cosine': 1e-9})).toMatchObject([
      {outcome: 'differs', detail: expect.stringMatching(/: 0\.005 apart in .* noise reaches 0\.000001$/)},
    ]);
  });

  test('for one measure allow nothing of another', () => {
    expect(asked({'embed.norm': 1, 'rerank.order': 2})).toMatchObject([{role: 'embed', outcome: 'differs'}]);
  });
});

test('of counted measures the share of the questions is allowed', () => {
  const asked = (share: number) =>
    answersByRole(twice(rankings(0)), twice(rankings(3)), {
      required: ['rerank'],
      // Three of twelve are in the opposite order (1 - tau is 2), with scores 0.4 apart.
      allow: {'rerank.order': 2, 'rerank.score': 0.5, 'rerank.top1': share},
    });
  expect(asked(0.25)).toMatchObject([{role: 'rerank', outcome: 'same'}]);
  expect(asked(0.2)).toEqual([
    {
      role: 'rerank',
      outcome: 'differs',
      detail:
        'Too far apart: 25 % of the questions contradict “The best document is the same”, and the plan allows 20 %',
    },
  ]);
});

test('each role has a line of its own', () => {
  const [a, b] = [vectors(0), vectors(turned)].map(some => twice([...some, ...rankings(0)])) as [Answer[], Answer[]];
  expect(answersByRole(a, b, {required: ['embed']}).map(({role, outcome}) => [role, outcome])).toEqual([
    ['embed', 'differs'],
    ['rerank', 'same'],
  ]);
});

test('what only one side was asked is unknown where it is required, and left out where not', () => {
  const nothing = {role: 'rerank', outcome: 'unknown', detail: 'No question of this kind was asked of both sides'};
  const [a, b] = [twice([...vectors(0), ...rankings(0)]), twice(vectors(0))];
  expect(answersByRole(a, b, {required: ['embed', 'rerank']})).toMatchObject([{role: 'embed'}, nothing]);
  expect(answersByRole(a, b, {required: ['embed']})).toMatchObject([{role: 'embed', outcome: 'same'}]);
  expect(answersByRole([], [], {required: ['rerank']})).toEqual([nothing]);
});

test('too few questions to know how often a side differs from itself tell nothing', () => {
  const [few, other] = [vectors(0).slice(0, 7), vectors(turned).slice(0, 7)];
  expect(answersByRole(twice(few), twice(other), {required: ['embed'], allow: {'embed.cosine': 0.01}})).toEqual([
    {role: 'embed', outcome: 'unknown', detail: expect.stringMatching(/^It cannot be told: .*, of 7 questions$/)},
  ]);
});
