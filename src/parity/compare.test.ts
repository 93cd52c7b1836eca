import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {
  type AskedTwice,
  askedOfBoth,
  askedTwice,
  type ComparedAnswers,
  compareParity as compareEnough,
} from './compare.ts';
import type {GivenAnswer} from './measure.ts';
import {type ParityReply, type ReadStream, vectorText} from './reply.ts';

/** However few the questions are. */
const compareParity = (a: AskedTwice, b: AskedTwice) => compareEnough(a, b, 1);

type Given = GivenAnswer & {readonly pass: number};

const given = (id: string, pass: number, reply: ParityReply, status = 200): Given => ({id, pass, status, reply});

const embedded = (input: string, vector: readonly number[]): ParityReply => ({
  kind: 'embed',
  input,
  vector: vectorText(vector),
});
const ranked = (input: string, scores: readonly number[]): ParityReply => ({kind: 'rerank', input, scores});
const chatted = (input: string, text: string, changes: Partial<ReadStream> = {}): ParityReply => ({
  kind: 'chat',
  input,
  stream: {
    pieces: [...text],
    finishReason: 'length',
    promptTokens: 7,
    outputTokens: 8,
    shape: ['role chunk'],
    ...changes,
  },
});
const refused = (input: string, shape: readonly string[]): ParityReply => ({kind: 'error', input, shape});

/** Asked the same twice, and answered the same. */
const steady = (replies: Readonly<Record<string, ParityReply>>): AskedTwice =>
  askedTwice(Object.entries(replies).flatMap(([id, reply]) => [given(id, 1, reply), given(id, 2, reply)]));

const by = (compared: readonly ComparedAnswers[], id: string): ComparedAnswers => {
  const found = compared.find(({measure}) => measure.id === id);
  if (found === undefined) throw new Error(`no ${id}`);
  return found;
};

const verdicts = (compared: readonly ComparedAnswers[]) => [...new Set(compared.map(({verdict}) => verdict))];
const differing = (compared: readonly ComparedAnswers[]) =>
  compared.filter(({verdict}) => verdict === 'differs').map(({measure}) => measure.id);

const vector = fc
  .array(fc.double({min: -1, max: 1, noNaN: true}), {minLength: 4, maxLength: 4})
  .filter(numbers => numbers.some(number => Math.abs(number) > 0.01));
const scores = fc.array(fc.double({min: 0, max: 1, noNaN: true}), {minLength: 3, maxLength: 3});
const replies: Readonly<Record<string, (input: string) => fc.Arbitrary<ParityReply>>> = {
  text: input => vector.map(numbers => embedded(input, numbers)),
  ranking: input => scores.map(numbers => ranked(input, numbers)),
  chat: input => fc.string({minLength: 1, maxLength: 9}).map(text => chatted(input, text)),
  error: input => fc.constantFrom(['a string'], ['b number']).map(shape => refused(input, shape)),
};

/** Two answers to each of some questions of every kind. */
const answers: fc.Arbitrary<readonly Given[]> = fc
  .tuple(
    ...Object.entries(replies).map(([name, reply]) =>
      fc
        .array(fc.tuple(reply(name), reply(name)), {minLength: 1, maxLength: 5})
        .map(pairs =>
          pairs.flatMap(([first, second], index) => [
            given(`${name}-${index}`, 1, first),
            given(`${name}-${index}`, 2, second),
          ]),
        ),
    ),
  )
  .map(lists => lists.flat());

describe('any answers whatever', () => {
  test('are the same as themselves, however much they differ between their own passes', () => {
    fc.assert(
      fc.property(answers, list => {
        const compared = compareParity(askedTwice(list), askedTwice(list));
        expect(differing(compared)).toEqual([]);
        for (const {between} of compared) expect(between ?? 0).toBeLessThan(1e-12);
      }),
    );
  });

  test('differ from others as much as others from them', () => {
    fc.assert(
      fc.property(answers, answers, (left, right) => {
        const [a, b] = [askedTwice(left), askedTwice(right)];
        const told = ({measure, n, limit, between, verdict}: ComparedAnswers) => ({
          id: measure.id,
          n,
          limit,
          between,
          verdict,
        });
        expect(compareParity(b, a).map(told)).toEqual(compareParity(a, b).map(told));
      }),
    );
  });

  test('come to the same in any order of the questions', () => {
    const shuffledPair = fc.tuple(answers, answers).chain(([left, right]) =>
      fc.record({
        left: fc.constant(left),
        right: fc.constant(right),
        mixed: fc.shuffledSubarray([...left], {minLength: left.length}),
      }),
    );
    fc.assert(
      fc.property(shuffledPair, ({left, right, mixed}) => {
        const compared = compareParity(askedTwice(left), askedTwice(right));
        expect(compareParity(askedTwice(mixed), askedTwice(right))).toEqual(compared);
      }),
    );
  });
});

describe('the limit', () => {
  const turned = (cosine: number) => [cosine, Math.sqrt(1 - cosine * cosine)];

  test('is twice what the less steady engine differs from itself', () => {
    const unsteady = (id: string, other: number) => [
      given(id, 1, embedded('x', turned(1))),
      given(id, 2, embedded('x', turned(other))),
    ];
    const a = askedTwice(unsteady('text-0', 0.99));
    const b = askedTwice(unsteady('text-0', 0.999));
    const {ownA, ownB, limit, between, verdict} = by(compareParity(a, b), 'embed.cosine');
    expect([ownA, ownB, limit].map(value => Number(value?.toFixed(6)))).toEqual([0.01, 0.001, 0.02]);
    expect(between).toBeLessThan(0.01);
    expect(verdict).toBe('same');
  });

  test('is what rounding comes to where an engine always says the same', () => {
    const near = (cosine: number) =>
      by(
        compareParity(steady({'text-0': embedded('x', [1, 0])}), steady({'text-0': embedded('x', turned(cosine))})),
        'embed.cosine',
      );
    expect(near(1 - 5e-7)).toMatchObject({limit: 1e-6, verdict: 'same'});
    expect(near(1 - 2e-6)).toMatchObject({limit: 1e-6, verdict: 'differs'});
  });

  /** Ten chats; those at `unsteady` get another text when asked again, `other` of the rest are always answered otherwise. */
  const chats = (unsteady: number, other: number, count = 10) =>
    askedTwice(
      Array.from({length: count}, (_, index) => [
        given(`chat-${index}`, 1, chatted('x', index >= count - other ? 'other' : 'same')),
        given(`chat-${index}`, 2, chatted('x', index < unsteady || index >= count - other ? 'other' : 'same')),
      ]).flat(),
    );
  const texts = (a: AskedTwice, b: AskedTwice) => by(compareParity(a, b), 'chat.text');

  test('of what is counted is a third of the questions on which an engine differs from itself', () => {
    expect(texts(chats(0, 0), chats(0, 1))).toMatchObject({between: 0.1, limit: 0, unsteady: 0, verdict: 'differs'});
    // 3 of 10 fall either way: one of the others may be such a one too, two are not.
    expect(texts(chats(3, 0), chats(0, 1))).toMatchObject({between: 0.1, limit: 0.1, unsteady: 3, verdict: 'same'});
    expect(texts(chats(3, 0), chats(0, 2))).toMatchObject({between: 0.2, limit: 0.1, unsteady: 3, verdict: 'differs'});
  });

  test('is not for an answer that one engine gave once, and the other twice: such a question is unsteady and no difference', () => {
    const {between, unsteady, verdict, differences} = texts(chats(0, 0), chats(1, 0));
    expect({between, unsteady, verdict, differences}).toEqual({
      between: 0,
      unsteady: 1,
      verdict: 'same',
      differences: [],
    });
  });

  test('tells nothing where most questions are unsteady, unless nothing differs at all', () => {
    expect(texts(chats(6, 0), chats(0, 1))).toMatchObject({between: 0.1, unsteady: 6, verdict: 'unknown'});
    expect(texts(chats(6, 0), chats(6, 0))).toMatchObject({between: 0, unsteady: 6, verdict: 'same'});
  });

  test('tells nothing where fewer than 8 questions were asked twice; bad input differs by no chance', () => {
    const verdict = (count: number) => by(compareEnough(chats(0, 0, count), chats(0, 1, count)), 'chat.text').verdict;
    expect([verdict(7), verdict(8)]).toEqual(['unknown', 'differs']);
    const bad = (shape: string) => steady({'error-chat-x': refused('chat: x', [shape])});
    expect(by(compareEnough(bad('a string'), bad('b number')), 'error.shape').verdict).toBe('differs');
  });

  test('is not known of an engine that was asked only once: nothing is called the same or different', () => {
    const once = askedTwice([given('chat-0', 1, chatted('x', 'a'))]);
    expect(verdicts(compareParity(once, steady({'chat-0': chatted('x', 'b')})))).toEqual(['unknown']);
  });
});

describe('a planted difference is found, with the smallest input that shows it', () => {
  const good = {
    'text-0': embedded('the longest text of all', [1, 0, 0]),
    'text-1': embedded('short', [0, 1, 0]),
    'text-2': embedded('longer text', [0.6, 0.8, 0]),
    'ranking-0': ranked('{"query":"a"}', [0.9, 0.5, 0.1]),
    'chat-0': chatted('Hello', 'world'),
    'error-chat-x': refused('chat: x', ['error.message string']),
  };
  const found = (changes: Readonly<Record<string, ParityReply>>) =>
    compareParity(steady(good), steady({...good, ...changes}));

  test('nothing planted, nothing found; of three texts the ten nearest are always the same, which tells nothing', () => {
    const told = found({}).filter(({measure}) => measure.id !== 'embed.nearest10');
    expect(verdicts(told)).toEqual(['same']);
    expect(by(found({}), 'embed.nearest10')).toMatchObject({n: 0, verdict: 'unknown'});
  });

  test('what neither engine told is not the same', () => {
    const silent = {finishReason: null, promptTokens: null, outputTokens: null};
    const chats = steady({'chat-0': chatted('Hello', 'world', silent)});
    for (const id of ['chat.finish', 'chat.promptTokens', 'chat.outputTokens'])
      expect(by(compareParity(chats, chats), id)).toMatchObject({n: 0, verdict: 'unknown'});
    const lost = askedTwice([1, 2].map(pass => ({...given('error-chat-x', pass, refused('x', [])), status: null})));
    expect(by(compareParity(lost, lost), 'error.status')).toMatchObject({n: 0, verdict: 'unknown'});
  });

  test('vectors that are turned: both texts, the shorter one first', () => {
    const compared = found({
      'text-0': embedded('the longest text of all', [0.99, Math.sqrt(1 - 0.99 ** 2), 0]),
      'text-1': embedded('short', [0, 0.95, Math.sqrt(1 - 0.95 ** 2)]),
    });
    expect(differing(compared)).toEqual(['embed.cosine']);
    expect(by(compared, 'embed.cosine').differences.map(({input}) => input)).toEqual([
      'short',
      'the longest text of all',
    ]);
  });

  test('vectors that are not normalised: only their length differs', () => {
    expect(differing(found({'text-1': embedded('short', [0, 2, 0])}))).toEqual(['embed.norm']);
  });

  test('a vector of another dimension', () => {
    expect(differing(found({'text-1': embedded('short', [0, 1])}))).toContain('embed.dimension');
  });

  test('a vector that is missing', () => {
    const compared = found({'text-1': {kind: 'embed', input: 'short', vector: null}});
    expect(differing(compared)).toEqual(['answered']);
    expect(by(compared, 'answered').differences).toMatchObject([{input: 'short'}]);
  });

  test('two documents that changed places', () => {
    const compared = found({'ranking-0': ranked('{"query":"a"}', [0.5, 0.9, 0.1])});
    expect(differing(compared)).toEqual(['rerank.order', 'rerank.top1', 'rerank.score']);
    expect(by(compared, 'rerank.order').between).toBeCloseTo(2 / 3, 12); // tau-b is 1/3
    expect(by(compared, 'rerank.top1').differences).toMatchObject([{detail: 'document 0 against 1'}]);
  });

  test('scores on another scale in the same order', () => {
    expect(differing(found({'ranking-0': ranked('{"query":"a"}', [0.7, 0.6, 0.5])}))).toEqual(['rerank.score']);
  });

  test('a text that parts, with the place', () => {
    const compared = found({'chat-0': chatted('Hello', 'wonder')});
    expect(differing(compared)).toEqual(['chat.text']);
    expect(by(compared, 'chat.text').differences).toMatchObject([
      {input: 'Hello', detail: 'part at event 2, character 2: "rld" against "nder"'},
    ]);
  });

  test('another finish_reason, token count and stream shape', () => {
    const changes = {finishReason: 'stop', promptTokens: 6, outputTokens: 9, shape: ['[DONE]']};
    expect(differing(found({'chat-0': chatted('Hello', 'world', changes)}))).toEqual([
      'chat.finish',
      'chat.promptTokens',
      'chat.outputTokens',
      'chat.shape',
    ]);
  });

  test('another form of an error', () => {
    expect(differing(found({'error-chat-x': refused('chat: x', ['message string'])}))).toEqual(['error.shape']);
  });

  test('a difference that only large batches show: of the two passes the worse one counts', () => {
    const onlyInPass2 = askedTwice([
      given('text-1', 1, embedded('short', [0, 1, 0])),
      given('text-1', 2, embedded('short', [0, 0.6, 0.8])),
    ]);
    const {between, limit} = by(compareParity(steady(good), onlyInPass2), 'embed.cosine');
    expect(between).toBeCloseTo(0.4, 6);
    expect(limit).toBeCloseTo(0.8, 6); // and it is as unsteady itself
  });
});

test('roles that only one of the two was asked about are left out', () => {
  const [embedOnly, both] = [
    steady({'text-0': embedded('x', [1, 0])}),
    steady({'text-0': embedded('x', [1, 0]), 'chat-0': chatted('x', 'a')}),
  ];
  expect(compareParity(embedOnly, both).map(({measure}) => measure.id.split('.')[0])).not.toContain('chat');
  expect(askedOfBoth(embedOnly, both)).toBe(1);
});
