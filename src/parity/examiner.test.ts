import {expect, test} from 'vitest';
import type {Answer} from '../schema/answer.ts';
import {parity} from './examiner.ts';
import type {ParityReply} from './reply.ts';

const spec = {kind: 'parity', texts: 2, rankings: 1, chats: 0} as const;

const answer = (id: string, pass: number, reply: ParityReply, status: number | null = 200): Answer => ({
  id,
  pass,
  about: reply.kind,
  request: {method: 'POST', path: '/', contentType: null, body: null, bytes: 0},
  status,
  failure: status === null ? 'connect ECONNREFUSED' : null,
  durationMs: 1,
  reply,
});

const twice = (id: string, reply: ParityReply, status?: number | null) => [
  answer(id, 1, reply, status),
  answer(id, 2, reply, status),
];

const checksOf = (...answers: readonly Answer[]) =>
  new Map(parity.judge(answers, spec).checks.map(check => [check.id, check]));

test('a role of which nothing is answered fails, with the reason and the smallest input', () => {
  const checks = checksOf(
    ...twice('text-0', {kind: 'embed', input: 'longer', vector: null}, null),
    ...twice('text-1', {kind: 'embed', input: 'a', vector: null}, null),
  );
  expect(checks.get('embed.answered')).toMatchObject({
    outcome: 'fail',
    detail: '4 of 4 are not: connect ECONNREFUSED',
    example: 'a',
  });
  expect([...checks.keys()]).toEqual(['chat.answered', 'embed.answered', 'rerank.answered', 'own.answered']);
});

test('a refusal among answers is noted; a server error or a reply that is no answer is a failure', () => {
  const good = {kind: 'embed', input: 'longer', vector: 'AACAPw=='} as const;
  const none = {kind: 'embed', input: ' ', vector: null} as const;
  const outcome = (status: number) =>
    checksOf(...twice('text-0', good), ...twice('text-1', none, status)).get('embed.answered');
  expect(outcome(400)).toMatchObject({outcome: 'note', detail: '2 of 4 are not: HTTP 400', example: ' '});
  const refused = {...none, refusal: 'The input is blank.'};
  expect(checksOf(...twice('text-0', good), ...twice('text-1', refused, 400)).get('embed.answered')?.detail).toBe(
    '2 of 4 are not: HTTP 400: The input is blank.',
  );
  expect(outcome(500)).toMatchObject({outcome: 'fail', detail: '2 of 4 are not: HTTP 500'});
  expect(outcome(200)).toMatchObject({outcome: 'fail', detail: '2 of 4 are not: a reply that is no answer'});
});

test('what answers cannot tell is unknown and no number: an order where all scores are tied', () => {
  const tied: ParityReply = {kind: 'rerank', input: '{}', scores: [0.5, 0.5]};
  const {checks, measures} = parity.judge(twice('ranking-0', tied), spec);
  expect(checks.find(({id}) => id === 'own.rerank.order')).toMatchObject({outcome: 'unknown'});
  expect(measures['own.rerank.order']).toBeNull();
  expect(measures['own.rerank.score']).toBe(0);
});

test('one hash of questions stands for one text, whatever the engine was sent', () => {
  const [first] = twice('text-0', {kind: 'embed', input: 'a', vector: null});
  expect(first && parity.questionOf?.(first)).toBe('a');
});
