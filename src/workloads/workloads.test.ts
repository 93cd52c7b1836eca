import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import type {ChatRequest, EmbedRequest, RerankRequest, Session} from '../schema/request.ts';
import type {WorkloadSpec} from '../schema/workload.ts';
import {passages, systemPrompt} from './corpus.ts';
import {DataHash} from './data-hash.ts';
import {requestsOfEach, sessionsOf, workloads} from './index.ts';
import {estimatedTokenLength as estimate} from './token-estimate.ts';

type Spec = Exclude<WorkloadSpec, {kind: 'trace'}>;

const specs = [
  {kind: 'chat', promptTokens: 512, outputTokens: 128},
  {kind: 'prefix', promptTokens: 1024, outputTokens: 64, turns: 4},
  {kind: 'embed', batch: 8, promptTokens: 128},
  {kind: 'rerank', batch: 8, promptTokens: 128},
  {kind: 'repeat', promptTokens: 512, outputTokens: 16, times: 3},
  {kind: 'warmed', promptTokens: 512, outputTokens: 16, warm: true},
  {kind: 'revisit', promptTokens: 512, outputTokens: 16, contexts: 250, visits: 2},
] as const satisfies Spec[];

const firstSessions = (spec: Spec, seed: number, count: number): Session[] =>
  Array.from({length: count}, (_, index) => sessionsOf(spec, seed, estimate)(index)).filter(each => each !== null);
const charactersFor = (tokens: number, model: keyof typeof estimate) =>
  Math.round(tokens * estimate[model].charactersPerToken);
const chats = (sessions: readonly Session[]) => sessions.flatMap(({requests}) => requests as ChatRequest[]);
const length = (request: ChatRequest) => request.messages.reduce((sum, {content}) => sum + content.length, 0);
const userText = (request: ChatRequest) => request.messages[1]?.content ?? '';

const digestOf = (spec: Spec, seed: number) => {
  const hash = new DataHash();
  for (const [index, session] of firstSessions(spec, seed, 100).entries()) hash.add(index, session);
  return hash.digest();
};

describe('every workload', () => {
  test('is the same bytes on every machine and in every version: 100 sessions of seed 1 hash to this', () => {
    expect(Object.fromEntries(specs.map(spec => [spec.kind, digestOf(spec, 1)]))).toEqual({
      chat: 'd6a0aaa7ffa2abf9cb06b9596b830c402b6f0619c771305219411e7fd08b8818',
      prefix: '71eb68b91b0e16cea808461138e76a75522788ca0988d3d02ee1e70d6c9faf0c',
      embed: '97e5d1510bb8f78bf6b8256d4376f63e52487e3a79dca4d0d39f50f7a3d0fb74',
      rerank: '07a556bf9b4dfe735e3de1407a114b8210e14c45b8cbec1b703cc0853bc193b1',
      repeat: 'd315fe14edd5b8d18f599892defcff8138a5826c61f88b57a9ab537a0a6da937',
      revisit: '7d05d538e2426df4542cc3cce98c36e4a8d2b1f907f0f5ea088ff4f89451a08e',
      warmed: '041b7e4df98c5303dc1965b1a719d9c7801a9c5264e58e0c404eb54614833f36',
    });
  });

  test.each(specs)('$kind has as many requests in every session as it says', spec => {
    for (const {requests} of firstSessions(spec, 1, 20)) expect(requests).toHaveLength(requestsOfEach(spec));
  });

  test.each(specs)('$kind differs between seeds', spec => {
    expect(digestOf(spec, 1)).not.toBe(digestOf(spec, 2));
  });

  test.each(specs)('$kind gives every request and session an id of its own', spec => {
    const sessions = firstSessions(spec, 3, 500);
    const ids = sessions.flatMap(({requests}) => requests.map(({id}) => id));
    expect(new Set(ids).size).toBe(ids.length);
    expect(new Set(sessions.map(({id}) => id)).size).toBe(500);
  });

  test.each(specs)('$kind makes a session only when it is asked for', spec => {
    const huge = {...spec, promptTokens: 1_000_000, ...('batch' in spec ? {batch: 2} : {})};
    expect(sessionsOf(huge, 1, estimate)(0)?.requests.length).toBeGreaterThan(0);
  });

  test.each(specs)('$kind gives any session without those before it', spec => {
    expect(sessionsOf(spec, 3, estimate)(70)).toEqual(firstSessions(spec, 3, 71)[70]);
  });

  test('has its kind as its name', () => {
    expect(Object.keys(workloads).sort()).toEqual(specs.map(({kind}) => kind).sort());
  });
});

describe('chat', () => {
  test('is within a tenth of the estimate from 64 tokens to 100 000', () => {
    fc.assert(
      fc.property(fc.integer({min: 64, max: 100_000}), fc.integer(), (promptTokens, seed) => {
        const [request] = chats(firstSessions({kind: 'chat', promptTokens, outputTokens: 8}, seed, 1));
        const ratio = length(request as ChatRequest) / charactersFor(promptTokens, 'generative');
        expect(ratio).toBeGreaterThan(0.9);
        expect(ratio).toBeLessThan(1.1);
      }),
      {numRuns: 50},
    );
  });

  test('shares the system prompt and no more than a few characters after it', () => {
    const requests = chats(firstSessions(specs[0], 4, 1000));
    expect(new Set(requests.map(({messages}) => messages[0]?.content))).toEqual(new Set([systemPrompt]));
    expect(new Set(requests.map(request => userText(request).slice(0, 8))).size).toBe(1000);
  });

  test('does not share beginnings between prompt lengths of one seed', () => {
    const short = chats(firstSessions({...specs[0], promptTokens: 128}, 4, 200)).map(request =>
      userText(request).slice(0, 8),
    );
    const long = chats(firstSessions({...specs[0], promptTokens: 1024}, 4, 200)).map(request =>
      userText(request).slice(0, 8),
    );
    expect(new Set([...short, ...long]).size).toBe(400);
  });

  test('asks about the file that the code begins with', () => {
    for (const request of chats(firstSessions(specs[0], 5, 50))) {
      const [, path] = userText(request).split('\n');
      const question = passages.find(passage => passage.path === path)?.question;
      expect(userText(request).endsWith(`\n${question}`)).toBe(true);
    }
  });
});

describe('prefix', () => {
  const sessions = firstSessions(specs[1], 6, 50);

  test('every turn begins with exactly the messages of the turn before, and adds a reply and a question', () => {
    for (const {requests} of sessions) {
      expect(requests.length).toBe(4);
      for (const [index, request] of (requests as ChatRequest[]).entries()) {
        const before = requests[index - 1] as ChatRequest | undefined;
        expect(request.messages.length).toBe(2 + 2 * index);
        expect(request.messages.at(-1)?.role).toBe('user');
        if (before) expect(request.messages.slice(0, before.messages.length)).toEqual(before.messages);
      }
    }
  });

  test('shares promptTokens of code, and the history grows by replies as long as the one that was asked for', () => {
    for (const {requests} of sessions) {
      const [first, second] = requests as [ChatRequest, ChatRequest];
      expect(length(first) / charactersFor(1024, 'generative')).toBeGreaterThan(1);
      expect(length(first) / charactersFor(1024, 'generative')).toBeLessThan(1.1);
      expect(second.messages[2]?.content.length).toBe(charactersFor(64, 'generative'));
    }
  });

  test('does not ask the same follow-up twice in a conversation', () => {
    for (const {requests} of firstSessions({...specs[1], turns: 20}, 6, 5)) {
      const questions = (requests.at(-1) as ChatRequest).messages
        .filter(({role}) => role === 'user')
        .map(({content}) => content);
      expect(new Set(questions).size).toBe(20);
    }
  });

  test('conversations differ right after the system prompt', () => {
    const starts = sessions.map(({requests}) => userText(requests[0] as ChatRequest).slice(0, 8));
    expect(new Set(starts).size).toBe(50);
  });
});

describe('embed and rerank', () => {
  test('texts and documents have exactly the estimated length and a beginning of their own', () => {
    fc.assert(
      fc.property(
        fc.integer({min: 8, max: 2000}),
        fc.integer({min: 1, max: 40}),
        fc.integer(),
        (promptTokens, batch, seed) => {
          const embeds = firstSessions({kind: 'embed', batch, promptTokens}, seed, 3).flatMap(
            s => s.requests as EmbedRequest[],
          );
          const reranks = firstSessions({kind: 'rerank', batch, promptTokens}, seed, 3).flatMap(
            s => s.requests as RerankRequest[],
          );
          for (const texts of [embeds.flatMap(({texts}) => texts), reranks.flatMap(({documents}) => documents)]) {
            expect(texts.length).toBe(3 * batch);
            expect(new Set(texts.map(text => text.slice(0, 8))).size).toBe(3 * batch);
            for (const text of texts) expect(text.length).toBe(charactersFor(promptTokens, 'encoder'));
          }
        },
      ),
      {numRuns: 30},
    );
  });

  test('exactly one document begins with the file that answers the question, at every place in turn', () => {
    const places = new Set<number>();
    for (const {requests} of firstSessions(specs[3], 8, 200)) {
      const {query, documents} = requests[0] as RerankRequest;
      const path = passages.find(({question}) => question === query)?.path;
      const matching = documents.flatMap((document, place) => (document.split('\n')[1] === path ? [place] : []));
      expect(matching.length).toBe(1);
      places.add(matching[0] ?? -1);
    }
    expect(places.size).toBe(8);
  });
});
