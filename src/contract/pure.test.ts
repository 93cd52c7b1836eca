import {hash} from 'node:crypto';
import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {readBody} from '../gateway/bodies.ts';
import type {Answer} from '../schema/answer.ts';
import {compareAnswers} from './drop-in.ts';
import {differences} from './field-difference.ts';
import {generatedQuestions} from './generated.ts';
import {judgeContract} from './judge.ts';
import {expectationOf, subjectOf} from './question.ts';
import {simpler, smallest} from './shrink.ts';
import {isWellFormed} from './well-formed.ts';
import {writtenQuestions} from './written.ts';

const parsed = (body: unknown): unknown => {
  try {
    return JSON.parse(String(body));
  } catch {
    return undefined;
  }
};

describe('questions', () => {
  test('the same seed gives the same bytes', () => {
    const bytes = (seed: number) => hash('sha256', JSON.stringify(generatedQuestions(seed, 200))).slice(0, 16);
    expect([bytes(1), bytes(2)]).toEqual(['0ef1331e93fe5764', 'b26c6573b469ca72']);
  });

  test('no two have the same id', () => {
    const ids = [...writtenQuestions(), ...generatedQuestions(1, 50)].map(({id}) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('generated ones are well-formed exactly where an answer is expected', () => {
    fc.assert(
      fc.property(fc.nat(), seed => {
        for (const {id, body} of generatedQuestions(seed, 20))
          expect([id, body, isWellFormed(subjectOf(id), parsed(body))]).toEqual([
            id,
            body,
            expectationOf(id) === 'answered',
          ]);
      }),
      {numRuns: 100},
    );
  });

  const wild = fc.oneof(
    fc.jsonValue(),
    fc.record(
      {
        texts: fc.oneof(fc.array(fc.string({unit: 'binary'})), fc.jsonValue()),
        documents: fc.oneof(fc.array(fc.string()), fc.jsonValue()),
        query: fc.oneof(fc.string(), fc.jsonValue()),
        top_n: fc.oneof(fc.integer(), fc.jsonValue()),
        messages: fc.oneof(fc.array(fc.record({role: fc.constant('user'), content: fc.string()})), fc.jsonValue()),
        max_tokens: fc.oneof(fc.integer(), fc.double(), fc.jsonValue()),
        temperature: fc.oneof(fc.double(), fc.jsonValue()),
        model: fc.oneof(fc.string(), fc.jsonValue()),
      },
      {requiredKeys: []},
    ),
  );

  test.each(['embed', 'rerank', 'chat'] as const)(
    'our gateway takes for /%s what the contract calls well-formed, and nothing else',
    subject => {
      fc.assert(
        fc.property(wild, value => {
          const body: unknown = JSON.parse(JSON.stringify(value) ?? 'null');
          let taken = true;
          try {
            readBody(subject, body);
          } catch {
            taken = false;
          }
          expect(taken).toBe(isWellFormed(subject, body));
        }),
        {numRuns: 500},
      );
    },
  );
});

describe('shrinking', () => {
  test('every simpler value is smaller, so that it comes to an end', () => {
    const size = (value: unknown) => JSON.stringify(value)?.length ?? 0;
    fc.assert(
      fc.property(fc.jsonValue(), value => {
        for (const other of simpler(value)) expect(size(other)).toBeLessThanOrEqual(size(value) + 1);
      }),
    );
  });

  test('it finds the one text that matters, within its budget', async () => {
    const texts = ['w 语 a b', 'w boom x', 'w def'];
    let asked = 0;
    const found = await smallest(
      {texts, model: null},
      {
        budget: 60,
        allowed: value => isWellFormed('embed', value),
        fails: async value => {
          asked += 1;
          return JSON.stringify(value).includes('boom');
        },
      },
    );
    expect(found).toEqual({texts: ['boom']});
    expect(asked).toBeLessThanOrEqual(60);
  });
});

const answer = (id: string, status: number | null, json: unknown, body = '{}'): Answer => ({
  id,
  pass: 1,
  about: subjectOf(id),
  request: {method: 'POST', path: `/${subjectOf(id)}`, contentType: 'application/json', body, bytes: body.length},
  status,
  failure: status === null ? 'cut' : null,
  durationMs: 1,
  reply: {json},
});

describe('the judge', () => {
  test('never throws and passes nothing that was not answered, whatever came', () => {
    const anything = fc.record({
      id: fc.constantFrom(...writtenQuestions().map(({id}) => id)),
      status: fc.constantFrom(null, 200, 400, 500),
      json: fc.jsonValue(),
    });
    fc.assert(
      fc.property(fc.array(anything), all => {
        const {checks} = judgeContract(all.map(({id, status, json}) => answer(id, status, json)));
        for (const {outcome, detail} of checks) {
          expect(detail).not.toBe('');
          if (all.length === 0) expect(outcome).toBe('unknown');
        }
      }),
    );
  });

  test('of several failures it shows the smallest input', () => {
    const answers = [3, 1, 2].map(length => answer(`embed/refused/a${length}`, 500, {}, 'x'.repeat(length)));
    expect(judgeContract(answers).checks.find(({id}) => id === 'refused')).toMatchObject({
      outcome: 'fail',
      detail: '3 of 3; the smallest, embed/refused/a1: status 500',
      example: 'POST /embed (application/json) x',
    });
  });
});

describe('the comparison', () => {
  const reply = fc.record({status: fc.constantFrom(200, 400, 404), json: fc.jsonValue()});

  test('a service can always stand in for itself', () => {
    fc.assert(
      fc.property(fc.array(reply, {minLength: 1}), replies => {
        const all = [...replies, {status: 200, json: {}}];
        const answers = all.map(({status, json}, at) => answer(`chat/either/${at}`, status, json));
        const {fields, verdict} = compareAnswers(answers, answers);
        expect(fields.filter(field => field.verdict !== 'same')).toEqual([]);
        expect(verdict).toBe('drop-in');
      }),
    );
  });

  test('equal replies have no field that differs, and a field is new on one side exactly where it is gone on the other', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.integer()), fc.dictionary(fc.string(), fc.integer()), (a, b) => {
        const only = (one: object, other: object, side: string) =>
          differences('health', one, other).filter(({detail}) => detail === `only the ${side} has it`).length;
        expect(differences('health', a, a).every(({outcome}) => outcome === 'same')).toBe(true);
        expect(only(a, b, 'first')).toBe(only(b, a, 'second'));
      }),
    );
  });

  const outcomeOf = (subject: 'embed' | 'rerank' | 'chat', field: string, a: unknown, b: unknown) =>
    differences(subject, a, b).find(one => one.field === field)?.outcome;

  test('vectors are the same by their numbers, compatible by their direction, and else different', () => {
    const of = (...embeddings: number[][]) => ({embeddings});
    expect(outcomeOf('embed', 'embeddings', of([1, 0]), of([1, 0]))).toBe('same');
    expect(outcomeOf('embed', 'embeddings', of([1, 0]), of([1, 0.1]))).toBe('compatible'); // cosine 0.995
    expect(outcomeOf('embed', 'embeddings', of([1, 0]), of([1, 0.2]))).toBe('different'); // cosine 0.981
    expect(outcomeOf('embed', 'embeddings', of([1, 0]), of([1, 0, 0]))).toBe('different');
    expect(outcomeOf('embed', 'embeddings', of([1, 0]), of([1, 0], [1, 0]))).toBe('different');
  });

  test('documents may change places where their scores are as good as equal', () => {
    const of = (...pairs: [number, number][]) => ({
      results: pairs.map(([index, score]) => ({index, score, text: 'a'})),
    });
    const order = (a: object, b: object) => outcomeOf('rerank', 'results[].index', a, b);
    expect(order(of([0, 0.9], [1, 0.5]), of([0, 0.9], [1, 0.5]))).toBe('same');
    expect(order(of([0, 0.505], [1, 0.5]), of([1, 0.53], [0, 0.5]))).toBe('compatible');
    expect(order(of([0, 0.9], [1, 0.5]), of([1, 0.9], [0, 0.5]))).toBe('different');
  });

  test('prompts may differ by a template, and by no more; the length of an answer is the model’s', () => {
    const of = (prompt_tokens: number, completion_tokens: number) => ({usage: {prompt_tokens, completion_tokens}});
    expect(outcomeOf('chat', 'usage.prompt_tokens', of(20, 5), of(28, 5))).toBe('compatible');
    expect(outcomeOf('chat', 'usage.prompt_tokens', of(20, 5), of(29, 5))).toBe('different');
    expect(outcomeOf('chat', 'usage.completion_tokens', of(20, 5), of(20, 500))).toBe('compatible');
  });

  test('questions that only one was asked do not count; no reply from either leaves it open', () => {
    const [a, b] = [answer('chat/either/a', 200, {}), answer('chat/either/b', 200, {})];
    expect(compareAnswers([a], [a, b]).questions).toBe(1);
    const silent = answer('chat/either/a', null, null);
    expect(compareAnswers([silent], [silent]).verdict).toBe('unknown');
    expect(compareAnswers([a], [silent]).verdict).toBe('different');
    for (const failure of ['write EPIPE', 'the connection broke while the body was being sent: read ECONNRESET'])
      expect(compareAnswers([a], [{...silent, failure}]).verdict).toBe('unknown');
  });

  test('what cannot be told of one service is unknown; of neither, and it bars nothing', () => {
    const lengths = (absent: number) =>
      ['default-length', 'length-1024'].map(name =>
        answer(`chat/answered/${name}`, 200, {content: 'a', usage: {completion_tokens: absent}}),
      );
    const longer = answer('chat/answered/length-1100', 200, {content: 'a', usage: {completion_tokens: 1100}});
    const verdictOf = (a: readonly Answer[], b: readonly Answer[]) =>
      compareAnswers(a, b).fields.find(({field}) => field === 'check chat-default-length')?.verdict;
    expect(verdictOf(lengths(300), lengths(300))).toBe('compatible'); // the model stopped by itself
    expect(verdictOf([...lengths(1024), longer], lengths(300))).toBe('unknown');
    expect(verdictOf([...lengths(1024), longer], [...lengths(1024), longer])).toBe('same');
  });

  test('questions under one id that are not the same question do not count: generated ones of another seed', () => {
    const [a, b] = ['{"texts":["a"]}', '{"texts":["b"]}'].map(body =>
      answer('embed/answered/generated-00000', 200, {embeddings: [[1, body.includes('b') ? 9 : 0]]}, body),
    ) as [Answer, Answer];
    const {verdict, questions, fields} = compareAnswers([a], [b]);
    expect([verdict, questions]).toEqual(['unknown', 0]);
    expect(fields.map(({field}) => field)).not.toContain('embed embeddings');
  });

  test('two services that answer nothing prove nothing: refusals and failures alone are INCONCLUSIVE', () => {
    const refusing = [answer('embed/answered/one-text', 400, {error: 'no'})];
    const failing = [answer('embed/answered/one-text', 503, {error: 'full'})];
    expect(compareAnswers(refusing, refusing).verdict).toBe('unknown');
    const served = answer('chat/answered/one-question', 200, {content: 'a'});
    const statusOf = (answers: readonly Answer[]) =>
      compareAnswers([served, ...answers], [served, ...answers]).fields.find(
        ({field}) => field === 'embed HTTP status',
      );
    expect(statusOf(refusing)).toMatchObject({verdict: 'same'});
    expect(statusOf(failing)).toMatchObject({
      verdict: 'unknown',
      detail: '503 and 503: both failed at what they should answer',
    });
    // Neither has a server for it: nothing is missing that a caller had.
    expect(statusOf([answer('embed/answered/one-text', 501, {error: 'no'})])).toMatchObject({verdict: 'same'});
  });

  test('a difference where the contract leaves the answer open says so', () => {
    const role = (status: number) => [answer('chat/either/unknown-role', status, {})];
    const {verdict, fields} = compareAnswers(role(200), role(400));
    expect(verdict).toBe('different');
    expect(fields[0]).toMatchObject({
      field: 'chat HTTP status',
      detail: '200 and 400, where the contract leaves open which; a caller may rely on the first',
    });
  });
});
