import {createHash} from 'node:crypto';
import fc from 'fast-check';
import {expect, test} from 'vitest';
import type {Session, WorkloadRequest} from '../schema/request.ts';
import {combineHashes, DataHash} from './data-hash.ts';

const sha256 = (text: string | Uint8Array) => createHash('sha256').update(text).digest('hex');

const embedding = (...texts: readonly string[]): Session => ({id: 's', requests: [{kind: 'embed', id: 'r', texts}]});
const one = embedding('x', 'é');
const oneInOtherOrder: Session = {requests: [{texts: ['x', 'é'], id: 'r', kind: 'embed'}], id: 's'};

type Numbered = readonly [index: number, session: Session];

const hashOf = (...sessions: readonly Numbered[]) => {
  const hash = new DataHash();
  for (const [index, session] of sessions) hash.add(index, session);
  return hash;
};
const digestOf = (...sessions: readonly Numbered[]) => hashOf(...sessions).digest();

test('one session is the words of the SHA-256 of its number and its requests, hashed once more', () => {
  const line = '1,1,5,1,1,1\n7sembedrxé'; // the lengths of 7, s, embed, r, x, é, and then these
  const hex = sha256(line);
  const words = Array.from({length: 8}, (_, word) => Number.parseInt(hex.slice(8 * word, 8 * word + 8), 16));
  expect(digestOf([7, one])).toBe(sha256(words.join('\n')));
  expect(digestOf()).toBe(sha256('0\n0\n0\n0\n0\n0\n0\n0'));
});

test('the order of keys does not matter; the order of texts, the number and how often do', () => {
  expect(digestOf([0, oneInOtherOrder])).toBe(digestOf([0, one]));
  const others = [digestOf([0, embedding('é', 'x')]), digestOf([1, one]), digestOf([0, one], [0, one]), digestOf()];
  expect(new Set([digestOf([0, one]), ...others]).size).toBe(5);
});

test('who sent which session, and in which order, does not matter', () => {
  const numbered = fc.array(fc.tuple(fc.nat({max: 5}), fc.string()), {maxLength: 8});
  fc.assert(
    fc.property(numbered, fc.nat(), (list, at) => {
      const sessions = list.map(([index, text]) => [index, embedding(text)] as const satisfies Numbered);
      const cut = at % (sessions.length + 1);
      const [first, second] = [hashOf(...sessions.slice(0, cut)), hashOf(...sessions.slice(cut))];
      second.merge(first.sums);
      expect(second.digest()).toBe(digestOf(...sessions.toReversed()));
    }),
  );
});

test('everything that a request asks for matters', () => {
  const chat = {kind: 'chat', id: 'c', messages: [{role: 'user', content: 'a'}], outputTokens: 8} as const;
  const rerank = {kind: 'rerank', id: 'r', query: 'q', documents: ['d']} as const;
  const requests: WorkloadRequest[] = [
    ...[chat, {...chat, id: 'd'}, {...chat, outputTokens: 9}, {...chat, messages: []}],
    ...[
      {...chat, messages: [{role: 'system', content: 'a'}] as const},
      {...chat, messages: [{role: 'user', content: 'b'}] as const},
    ],
    ...[rerank, {...rerank, query: 'p'}, {...rerank, documents: ['d', 'd']}],
  ];
  const digests = requests.map(request => digestOf([0, {id: 's', requests: [request]}]));
  expect(new Set(digests).size).toBe(requests.length);
});

test('combined hashes depend on their order and on where one ends', () => {
  expect(combineHashes(['a', 'b'])).toBe(sha256('a\nb\n'));
  expect(combineHashes(['ab'])).not.toBe(combineHashes(['a', 'b']));
  expect(combineHashes(['b', 'a'])).not.toBe(combineHashes(['a', 'b']));
});
