import {describe, expect, test} from 'vitest';
import type {Answer} from '../schema/answer.ts';
import {limits} from './examiner.ts';
import type {LimitsReply} from './reply.ts';

const spec = {kind: 'limits'} as const;

const answer = (id: string, kept: Partial<LimitsReply>, {pass = 1, status = 200 as number | null} = {}): Answer => ({
  id,
  pass,
  about: id.split('/')[0] as string,
  request: {method: 'POST', path: '/v1', contentType: 'application/json', body: null, bytes: 0},
  status,
  failure: status === null ? 'connect ECONNREFUSED' : null,
  durationMs: 1,
  reply: {asked: {}, refusal: null, promptTokens: null, problem: null, vectors: [], ranking: [], ...kept},
});
const refused = (id: string, asked: LimitsReply['asked']) => answer(id, {asked, refusal: 'too long'}, {status: 400});

const judge = (...answers: readonly Answer[]) => {
  const {checks, measures} = limits.judge(answers, spec);
  return {measures, of: (id: string) => checks.find(check => check.id === id)};
};

describe('lengths', () => {
  const full = (tokens: number) =>
    answer(`embed/length/${tokens}`, {
      asked: {tokens, contextTokens: 512},
      promptTokens: tokens,
      vectors: [[0.6, 0.8]],
    });

  test('a server that refuses one token before its context', () => {
    const {of, measures} = judge(full(510), full(511), refused('embed/length/512', {tokens: 512, contextTokens: 512}));
    expect(measures).toMatchObject({'embed.limitTokens': 511, 'embed.contextTokens': 512});
    expect(of('embed.limit')).toMatchObject({outcome: 'note', detail: '511 tokens; the server tells a context of 512'});
    expect(of('embed.length.n-1')).toMatchObject({outcome: 'note', detail: '511 tokens: answered in full'});
    expect(of('embed.length.n')).toMatchObject({outcome: 'note', detail: '512 tokens: HTTP 400: too long'});
  });

  test('a server that cuts what is too long: its vector is beside that of the longest whole text', () => {
    const cut = answer('embed/length/513', {
      asked: {tokens: 513, contextTokens: 512},
      promptTokens: 512,
      vectors: [[0.6, 0.8]],
    });
    const {of, measures} = judge(full(512), cut);
    expect(measures['embed.limitTokens']).toBe(512);
    expect(of('embed.length.n+1')?.detail).toBe(
      '513 tokens: answered, with 512 tokens; its vector has a cosine of 1.000000 with that of 512 tokens',
    );
  });

  test('where the limit is far from what the server says, places are counted from the limit', () => {
    const far = (tokens: number) =>
      answer(`embed/length/${tokens}`, {asked: {tokens, contextTokens: 32_768}, promptTokens: tokens});
    const {of} = judge(far(511), far(512), refused('embed/length/513', {tokens: 513, contextTokens: 32_768}));
    expect(of('embed.length.n+1')?.title).toBe('A text one token longer than the longest that is answered in full');
    expect(of('embed.length.n')?.detail).toBe('512 tokens: answered in full');
  });

  test('no usage, no lengths; and a gap before the first refusal is no limit', () => {
    expect(judge(answer('embed/words/1/8', {})).of('embed.limit')?.outcome).toBe('unknown');
    const {of, measures} = judge(full(256), refused('embed/length/512', {tokens: 512, contextTokens: 512}));
    expect([of('embed.limit')?.outcome, measures['embed.limitTokens']]).toEqual(['unknown', null]);
  });
});

describe('embeddings', () => {
  const whole = [0.48, 0.64, 0.36, 0.48]; // one long; its first two are 0.8 long
  const alone = (vector: readonly number[], pass = 1) =>
    answer('embed/alone/first', {asked: {texts: 1}, vectors: [vector]}, {pass});
  const dimensions = (asked: number, vector: readonly number[]) =>
    answer(`embed/dimensions/${asked}`, {asked: {dimensions: asked}, vectors: [vector]});

  test('of fewer dimensions are the beginning, made one long again', () => {
    const {of, measures} = judge(alone(whole), dimensions(2, [0.6, 0.8]));
    expect(of('embed.dimensions.2')?.outcome).toBe('pass');
    expect(measures['embed.dimensions.2.norm']).toBeCloseTo(1, 12);
    expect(measures['embed.dimensions.2.cosine']).toBeCloseTo(1, 12);
    expect(measures['embed.dimensions.2.kept']).toBeCloseTo(0.8, 12);
  });

  test.each([
    ['not made one long', [0.48, 0.64], /its norm is 0\.8/],
    ['of another length', [0.48, 0.64, 0.6], /it has 3 numbers/],
    ['another vector', [0.8, -0.6], /not the beginning of the whole vector/],
  ])('that are %s fail', (_, vector, reason) => {
    expect(judge(alone(whole), dimensions(2, vector)).of('embed.dimensions.2')).toMatchObject({
      outcome: 'fail',
      detail: expect.stringMatching(reason),
    });
  });

  test('a refusal is noted in the words of the server', () => {
    const {of, measures} = judge(alone(whole), refused('embed/dimensions/256', {dimensions: 256}));
    expect(of('embed.dimensions.256')).toMatchObject({outcome: 'note', detail: 'HTTP 400: too long'});
    expect(measures['embed.dimensions.256.cosine']).toBeNull();
  });

  test('in base64 may differ by float32 rounding, or as much as the server differs from itself', () => {
    const base64 = (vector: readonly number[]) => answer('embed/base64', {asked: {texts: 1}, vectors: [vector]});
    const rounded = whole.map(Math.fround);
    const off = rounded.map(value => value + 0.001);
    expect(judge(alone(whole), alone(whole, 2), base64(rounded)).of('embed.base64')).toMatchObject({
      outcome: 'pass',
      detail: 'bit by bit, as float32',
    });
    expect(judge(alone(whole), alone(whole, 2), base64(off)).of('embed.base64')?.outcome).toBe('fail');
    const restless = judge(
      alone(whole),
      alone(
        whole.map(value => value + 0.002),
        2,
      ),
      base64(off),
    );
    expect(restless.of('embed.base64')?.outcome).toBe('pass');
    expect(restless.measures['embed.repeat.maxDifference']).toBeCloseTo(0.002, 12);
  });

  test('in a batch are those that they are alone, in the order of the texts', () => {
    const other = [0, 0, 0.6, 0.8];
    const last = answer('embed/alone/last', {asked: {texts: 1}, vectors: [other]});
    const batch = (...vectors: (readonly number[])[]) => answer('embed/batch', {asked: {texts: 128}, vectors});
    expect(judge(alone(whole), last, batch(whole, other)).of('embed.batch')?.outcome).toBe('pass');
    expect(judge(alone(whole), last, batch(other, whole)).of('embed.batch')?.outcome).toBe('fail');
  });

  test('an empty text is noted, whatever is made of it; no reply is unknown, a crash a failure', () => {
    expect(judge(answer('embed/empty', {vectors: [whole], promptTokens: 2})).of('embed.empty')).toMatchObject({
      outcome: 'note',
      detail: 'answered with a vector, counted as 2 tokens',
    });
    expect(judge(answer('embed/empty', {}, {status: null})).of('embed.empty')?.outcome).toBe('unknown');
    expect(judge(answer('embed/empty', {refusal: 'oops'}, {status: 500})).of('embed.empty')?.outcome).toBe('fail');
  });
});

describe('rankings', () => {
  const ranked = (...pairs: readonly (readonly [number, number])[]) => pairs.map(([index, score]) => ({index, score}));
  const documents = (count: number, ranking: LimitsReply['ranking']) =>
    answer(`rerank/documents/${count}`, {asked: {documents: count}, ranking});
  const top = (topN: number, ranking: LimitsReply['ranking']) =>
    answer(`rerank/top/${topN}`, {asked: {documents: 10, topN}, ranking});
  const ten = documents(10, ranked([3, 0.9], [0, 0.5], [1, 0.2]));

  test('in order pass, out of order fail', () => {
    expect(judge(ten).of('rerank.documents.10')?.outcome).toBe('pass');
    expect(judge(documents(10, ranked([0, 0.2], [1, 0.5]))).of('rerank.documents.10')?.outcome).toBe('fail');
  });

  test('of the best are the first ones of the whole ranking', () => {
    expect(judge(ten, top(2, ranked([3, 0.9], [0, 0.5]))).of('rerank.top.2')?.outcome).toBe('pass');
    expect(judge(ten, top(2, ranked([0, 0.5], [1, 0.2]))).of('rerank.top.2')?.outcome).toBe('fail');
    expect(judge(ten, top(0, ten.reply === null ? [] : ranked([3, 0.9]))).of('rerank.top.0')).toMatchObject({
      outcome: 'note',
      detail: 'answered with 1 of them',
    });
  });

  test('of the best may change places where the server itself gives one document scores that far apart', () => {
    const near = documents(10, ranked([3, 0.9], [4, 0.5], [0, 0.4993]));
    const swapped = top(3, ranked([3, 0.9], [0, 0.5001], [4, 0.5]));
    // Document 0 got 0.4993 and 0.5001: 0.0008 is more than the 0.0007 between it and document 4.
    expect(judge(near, swapped).of('rerank.top.3')).toMatchObject({
      outcome: 'pass',
      detail:
        'the first 3 of the whole ranking; documents whose scores there are no more than 0.0008 apart changed places',
    });
    expect(judge(near, swapped).measures['rerank.repeat.maxDifference']).toBeCloseTo(0.0008, 12);
    // 0.0004 is within the rounding of half precision, 0.0007 is not, where the server gives every document one score.
    const steady = (score: number) => [
      documents(10, ranked([3, 0.9], [4, 0.5], [0, score])),
      top(3, ranked([3, 0.9], [0, score], [4, 0.5])),
    ];
    expect(judge(...steady(0.4996)).of('rerank.top.3')?.outcome).toBe('pass');
    expect(judge(...steady(0.4993)).of('rerank.top.3')).toMatchObject({
      outcome: 'fail',
      detail: 'documents 3, 0, 4 came, the whole ranking begins with 3, 4, 0',
      example: 'top/3: 10 documents, top_n 3',
    });
  });

  test('are on a scale, by the scores that came', () => {
    const {of, measures} = judge(ten);
    expect(of('rerank.scale')?.detail).toMatch(/^within 0…1/);
    expect(measures).toMatchObject({'rerank.score.min': 0.2, 'rerank.score.max': 0.9, 'rerank.documents': 10});
    expect(judge(documents(10, ranked([0, 2.5], [1, -4]))).of('rerank.scale')?.detail).toMatch(/logits/);
  });

  test('give a document one score, however many there are beside it', () => {
    const one = documents(1, ranked([0, 0.52]));
    expect(judge(one, ten).measures['rerank.batch.difference']).toBeCloseTo(0.02, 12);
    expect(judge(documents(1, ranked([0, 0.9])), ten).of('rerank.batch')?.outcome).toBe('fail');
    // Logits 0.15 apart are no further apart as probabilities than 0.15 / 4.
    const logits = (apart: number) =>
      judge(documents(1, ranked([0, 3 + apart])), documents(10, ranked([0, 3], [1, -2]))).of('rerank.batch')?.outcome;
    expect([logits(0.15), logits(0.25)]).toEqual(['pass', 'fail']);
  });
});

test('a server that a question ended fails in that question, with it in words, and what nobody could ask is one line', () => {
  const full = answer('rerank/length/8192', {asked: {tokens: 8192, contextTokens: 8194}, promptTokens: 8192});
  const last = answer(
    'rerank/length/8193',
    {asked: {tokens: 8193, contextTokens: 8194}, gone: '/health: connect ECONNREFUSED'},
    {status: null},
  );
  const {checks} = limits.judge([full, last], spec);
  const [example, failed] = ['a question and one document, 8193 tokens together', 'fail'];
  expect(checks.filter(({outcome}) => outcome === 'fail')).toEqual([
    expect.objectContaining({
      id: 'rerank.survives',
      detail: expect.stringMatching(
        /^it stopped answering after 2 questions \(\/health: connect ECONNREFUSED\); not asked after that: documents\/1, .*, empty-query, other lengths$/,
      ),
      example,
    }),
    expect.objectContaining({
      id: 'rerank.length.n-1',
      outcome: failed,
      detail: '8193 tokens: no reply (connect ECONNREFUSED), and the server stopped answering after this question',
      example,
    }),
  ]);
  expect(checks.find(({id}) => id === 'rerank.limit')?.detail).toBe(
    '8192 tokens; the server tells a context of 8194, and it ended at 8193',
  );
  expect(checks.filter(({outcome}) => outcome === 'unknown').map(({id}) => id)).toEqual(['embed.asked']);
});

test('a refusal in the words of a shorter text is told once, and a long one in whole sentences', () => {
  const refusal = (tokens: number) =>
    answer(
      `embed/length/${tokens}`,
      {
        asked: {tokens, contextTokens: 512},
        refusal: `512 is the most. ${'y'.repeat(150)} ${tokens}. ${'z'.repeat(60)}`,
      },
      {status: 400},
    );
  const full = answer('embed/length/512', {asked: {tokens: 512, contextTokens: 512}, promptTokens: 512});
  const {of} = judge(full, refusal(513), refusal(514));
  expect(of('embed.length.n+1')?.detail).toBe(`513 tokens: HTTP 400: 512 is the most. ${'y'.repeat(150)} 513. …`);
  expect(of('embed.length.n+2')?.detail).toBe('514 tokens: HTTP 400, as with 513 tokens');
});

test('a role without a server is said to be left out', () => {
  expect(judge().of('rerank.asked')?.outcome).toBe('unknown');
});
