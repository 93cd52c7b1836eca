import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import type {ChatRequest, Session} from '../schema/request.ts';
import type {Workload} from '../schema/workload.ts';
import {chat} from './chat.ts';
import {systemPrompt} from './corpus.ts';
import {DataHash} from './data-hash.ts';
import {sessionsOf} from './index.ts';
import {prefix} from './prefix.ts';
import {repeat} from './repeat.ts';
import {revisit} from './revisit.ts';
import {estimatedTokenLength as estimate} from './token-estimate.ts';
import {warmed} from './warmed.ts';

const first = (sessionAt: (index: number) => Session | null, count: number): Session[] =>
  Array.from({length: count}, (_, index) => sessionAt(index)).filter(session => session !== null);
const requestsOf = (session: Session) => session.requests as readonly ChatRequest[];
const textOf = ({messages}: ChatRequest) => messages.map(({content}) => content).join('');
const commonLength = (a: string, b: string) => {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length += 1;
  return length;
};
const digest = (sessions: readonly Session[]) => {
  const hash = new DataHash();
  for (const [index, session] of sessions.entries()) hash.add(index, session);
  return hash.digest();
};

test('100 sessions of seed 1 of everything that has a parameter of its own hash to this on every machine', () => {
  const lengths = {
    promptTokens: {draw: 'lognormal', median: 512, sigma: 0.6, max: 4096},
    outputTokens: {draw: 'uniform', min: 16, max: 64},
  } as const;
  const fixed = {promptTokens: 512, outputTokens: 32};
  const specs = {
    shared: {kind: 'chat', ...fixed, sharedPrefix: 0.8, contexts: 4},
    drawn: {kind: 'chat', ...lengths},
    branches: {kind: 'prefix', ...fixed, turns: 3, branches: 4},
    thinking: {kind: 'prefix', ...lengths, turns: 3, thinkSeconds: 2, history: 'engine'},
  } as const;
  const digests = Object.entries(specs).map(([name, spec]) => [
    name,
    digest(first(sessionsOf(spec, 1, estimate), 100)),
  ]);
  expect(Object.fromEntries(digests)).toEqual({
    shared: '95e206838a323677802f5307963d2de440195db7df5740b539ef1bb82f9047c6',
    drawn: '78060f5f9c3a091f66277f9ea80fcc43076fc22453f80a97926c2975e50c2b0d',
    branches: 'd57ab7bd5932aa0b1a219680577e2c662827937e3c84222277c12de67fd9d361',
    thinking: 'e64267797e6cdebd88a14517959a3c138b645319227e64a1e71768bf3e97113b',
  });
});

describe('chat with a shared prefix', () => {
  const shared = (spec: Partial<Workload<'chat'>>, seed = 1) =>
    chat({kind: 'chat', promptTokens: 2048, outputTokens: 8, ...spec}, seed, estimate);

  test('is within 2 % of the share that was asked for, of a prompt as long as was asked for', () => {
    fc.assert(
      fc.property(
        fc.double({min: 0.05, max: 0.95, noNaN: true}),
        fc.integer({min: 1024, max: 20_000}),
        fc.integer(),
        (sharedPrefix, promptTokens, seed) => {
          const [a, b] = first(shared({promptTokens, sharedPrefix}, seed), 2).flatMap(requestsOf).map(textOf) as [
            string,
            string,
          ];
          const common = commonLength(a, b);
          expect(Math.abs(common / a.length - sharedPrefix)).toBeLessThan(0.02);
          expect(Math.abs(a.length / (promptTokens * estimate.generative.charactersPerToken) - 1)).toBeLessThan(0.02);
        },
      ),
      {numRuns: 40},
    );
  });

  test('shares exactly that beginning and nothing more, with those of the same context only', () => {
    const texts = first(shared({sharedPrefix: 0.8, contexts: 3}), 60)
      .flatMap(requestsOf)
      .map(textOf);
    const asked = Math.round(2048 * estimate.generative.charactersPerToken * 0.8);
    const groups = Map.groupBy(texts, text => text.slice(0, asked));
    expect(groups.size).toBe(3);
    for (const [a] of groups.values())
      for (const [b] of groups.values())
        if (a !== b) expect(commonLength(a ?? '', b ?? '') - systemPrompt.length).toBeLessThan(8);
    for (const group of groups.values())
      for (const other of group.slice(1)) {
        // After the beginning comes a name of eight hexadecimal digits: the first ones may be alike by chance.
        const beyond = commonLength(group[0] ?? '', other) - asked;
        expect(beyond).toBeGreaterThanOrEqual(0);
        expect(beyond).toBeLessThan(8);
      }
  });

  test('a share of 0 is the same bytes as none', () => {
    expect(first(shared({sharedPrefix: 0, contexts: 5}), 20)).toEqual(first(shared({}), 20));
  });

  test('a shorter prompt shares its part of what a longer one shares', () => {
    const promptTokens = {draw: 'uniform', min: 500, max: 2000} as const;
    const texts = first(shared({promptTokens, sharedPrefix: 0.5}), 40)
      .flatMap(requestsOf)
      .map(textOf);
    const [shortest = '', ...longer] = texts.toSorted((a, b) => a.length - b.length);
    for (const text of longer)
      expect(Math.abs(commonLength(shortest, text) / shortest.length - 0.5)).toBeLessThan(0.02);
  });
});

test('drawn lengths are asked for: prompts and outputs differ and keep to their bounds', () => {
  const spec = {
    kind: 'chat',
    promptTokens: {draw: 'uniform', min: 200, max: 400},
    outputTokens: {draw: 'uniform', min: 3, max: 9},
  } as const;
  const requests = first(chat(spec, 7, estimate), 300).flatMap(requestsOf);
  expect(new Set(requests.map(({outputTokens}) => outputTokens))).toEqual(new Set([3, 4, 5, 6, 7, 8, 9]));
  const tokens = requests.map(request => textOf(request).length / estimate.generative.charactersPerToken);
  expect(Math.min(...tokens)).toBeGreaterThan(199);
  expect(Math.max(...tokens)).toBeLessThan(401);
});

describe('prefix', () => {
  const spec = {kind: 'prefix', promptTokens: 300, outputTokens: 16, turns: 3} as const;

  test('branches ask other questions after the same history; the first one is the turn that was there without them', () => {
    const branched = first(prefix({...spec, branches: 60}, 2, estimate), 5);
    const plain = first(prefix(spec, 2, estimate), 5);
    for (const [index, session] of branched.entries()) {
      const requests = requestsOf(session);
      expect(session.turns).toEqual([1, 2, ...Array(60).fill(3)]);
      expect(requests.slice(0, 3)).toEqual(plain[index]?.requests);
      const endings = requests.slice(2);
      for (const {messages} of endings) expect(messages.slice(0, -1)).toEqual(endings[0]?.messages.slice(0, -1));
      expect(new Set(endings.map(({messages}) => messages.at(-1)?.content)).size).toBe(60);
      expect(new Set(requests.map(({id}) => id)).size).toBe(62);
    }
    expect(plain[0]).not.toHaveProperty('turns');
  });

  test('pauses are exponential with the mean that was asked for, cut at five times, and none before the first turn', () => {
    const pauses = first(prefix({...spec, turns: 21, thinkSeconds: 2}, 3, estimate), 500).map(
      ({pausesMs}) => pausesMs ?? [],
    );
    expect(pauses.every(each => each.length === 21 && each[0] === 0)).toBe(true);
    const later = pauses.flatMap(each => each.slice(1));
    expect(Math.max(...later)).toBe(10_000);
    // Of min(X, 5) with X exponential of mean 1: mean 1 - e^-5 = 0.9933, standard deviation 0.95; here n is 10 000.
    const mean = later.reduce((sum, pause) => sum + pause, 0) / later.length;
    expect(Math.abs(mean - 2000 * 0.9933)).toBeLessThan(5 * 2000 * 0.95 * 0.01);
    const cut = later.filter(pause => pause === 10_000).length; // binomial(10 000, e^-5): mean 67, standard deviation 8
    expect(Math.abs(cut - 67)).toBeLessThan(5 * 8);
  });

  test('pauses change no byte of a request, but the hash of the data', () => {
    const [thinking, plain] = [
      first(prefix({...spec, thinkSeconds: 2}, 3, estimate), 3),
      first(prefix(spec, 3, estimate), 3),
    ];
    expect(thinking.map(({requests}) => requests)).toEqual(plain.map(({requests}) => requests));
    expect(digest(thinking)).not.toBe(digest(plain));
  });

  test("says whose history it is where it is the engine's", () => {
    expect(prefix({...spec, history: 'engine'}, 1, estimate)(0).history).toBe('engine');
    expect(prefix(spec, 1, estimate)(0)).not.toHaveProperty('history');
  });
});

test('repeat sends the same messages again under other ids, and two sessions share nothing but the system prompt', () => {
  const sessions = first(repeat({kind: 'repeat', promptTokens: 256, outputTokens: 8, times: 3}, 4, estimate), 50);
  for (const session of sessions) {
    const [one, two, three] = requestsOf(session);
    expect(two?.messages).toEqual(one?.messages);
    expect(three?.messages).toEqual(one?.messages);
  }
  const starts = sessions.map(session => requestsOf(session)[0]?.messages[1]?.content.slice(0, 8));
  expect(new Set(starts).size).toBe(50);
});

test('warmed sends the context for a few tokens first, and then the question that is asked without warming too', () => {
  const spec = {kind: 'warmed', promptTokens: 512, outputTokens: 8} as const;
  const cold = first(warmed({...spec, warm: false}, 5, estimate), 20);
  const warm = first(warmed({...spec, warm: true}, 5, estimate), 20);
  for (const [index, session] of warm.entries()) {
    const [context, question] = requestsOf(session) as [ChatRequest, ChatRequest];
    expect(session.turns).toEqual([1, 2]);
    expect(context.outputTokens).toBe(4);
    expect(textOf(question).startsWith(textOf(context))).toBe(true);
    expect(textOf(context).length / textOf(question).length).toBeGreaterThan(0.95);
    expect(cold[index]).toEqual({id: session.id, requests: [question], turns: [2]});
  }
});

describe('revisit', () => {
  const spec = {kind: 'revisit', promptTokens: 512, outputTokens: 8, contexts: 7, visits: 3} as const;
  const sessions = first(revisit(spec, 6, estimate), 100);

  test('asks about every context in turn, as often as was said, and then ends', () => {
    expect(sessions.map(({turns}) => turns)).toEqual([1, 2, 3].flatMap(visit => Array(7).fill([visit])));
    expect(revisit(spec, 6, estimate)(21)).toBeNull();
  });

  test('in mixed order each visit asks about every context once, in an order of its own that follows from the seed', () => {
    const mixed = {...spec, contexts: 40, visits: 3, order: 'mixed'} as const;
    const nameOf = (session: Session) =>
      textOf(requestsOf(session)[0] as ChatRequest)
        .slice(systemPrompt.length)
        .split('\n')[0];
    const namesOf = (seed: number) => first(revisit(mixed, seed, estimate), 120).map(nameOf);
    const names = namesOf(6);
    const visits = [0, 40, 80].map(from => names.slice(from, from + 40));
    for (const visit of visits) expect(visit.toSorted()).toEqual(names.slice(0, 40).toSorted());
    expect(new Set(names).size).toBe(40);
    expect(new Set(visits.map(visit => visit.join())).size).toBe(3);
    expect(namesOf(6)).toEqual(names);
  });

  test('visits of one context share all but a question of their own, other contexts only the system prompt', () => {
    const texts = sessions.flatMap(requestsOf).map(textOf);
    for (const [index, text] of texts.entries())
      for (const [other, otherText] of texts.entries()) {
        if (other <= index) continue;
        const common = commonLength(text, otherText);
        if (other % 7 === index % 7) expect(common / text.length).toBeGreaterThan(0.9);
        else expect(common - systemPrompt.length).toBeLessThan(8);
        expect(text).not.toBe(otherText);
      }
    for (const text of texts)
      expect(Math.abs(text.length / (512 * estimate.generative.charactersPerToken) - 1)).toBeLessThan(0.05);
  });
});
