import {setImmediate as nextTurn} from 'node:timers/promises';
import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {CutoverError} from '../errors.ts';
import {ServerAway} from './chat-server.ts';
import type {History} from './conversation.ts';
import {SessionClient} from './session-client.ts';
import {PlayedServer} from './test-played-server.ts';

const start = () => {
  const [first, second] = [new PlayedServer('first'), new PlayedServer('second')];
  const clock = {nowMs: 0, now: () => clock.nowMs};
  const client = new SessionClient({servers: [first, second], clock});
  return {first, second, clock, client};
};

const code = (thrown: unknown) => (thrown instanceof CutoverError ? thrown.code : thrown);

describe('a session', () => {
  test('is resent whole with every question, replies as they came', async () => {
    const {client, first} = start();
    client.createSession('s', 'Be brief.');
    const one = client.continueSession('s', 'Why?', {outputTokens: 8});
    first.answer(0, ' Because.\n', {promptTokens: 9, cachedPromptTokens: 0});
    expect(await one).toEqual({
      ...{turn: 1, text: ' Because.\n', finishReason: 'stop', servedBy: 'first', fellBack: false},
      usage: {promptTokens: 9, outputTokens: null, cachedPromptTokens: 0},
    });
    const two = client.continueSession('s', 'And?');
    first.answer(1, 'So.');
    expect((await two).turn).toBe(2);
    expect(first.asked[0]).toMatchObject({outputTokens: 8});
    expect(first.asked[1]).toMatchObject({
      outputTokens: null,
      messages: [
        {role: 'system', content: 'Be brief.'},
        {role: 'user', content: 'Why?'},
        {role: 'assistant', content: ' Because.\n'},
        {role: 'user', content: 'And?'},
      ],
    });
  });

  test('has a history without a question that failed', async () => {
    const {client, first} = start();
    client.createSession('s');
    const lost = client.continueSession('s', 'Why?').catch(code);
    first.fail(0, new CutoverError('ENGINE_DIED', 'gone'));
    expect(await lost).toBe('ENGINE_DIED');
    expect(client.historyOf('s')).toEqual([]);
    const again = client.continueSession('s', 'Why?');
    first.answer(1, 'Because.');
    expect((await again).turn).toBe(1);
  });

  test('answers one question at a time: another one is refused, and changes nothing', async () => {
    const {client, first} = start();
    client.createSession('s');
    const one = client.continueSession('s', 'Why?');
    expect(await client.continueSession('s', 'And?').catch(code)).toBe('BAD_OPTIONS');
    expect(first.asked).toHaveLength(1);
    first.answer(0, 'Because.');
    await one;
    expect(client.historyOf('s')).toHaveLength(2);
  });

  test('exists once, and only when it was created', async () => {
    const {client} = start();
    expect(await client.continueSession('s', 'Why?').catch(code)).toBe('BAD_OPTIONS');
    client.createSession('s');
    expect(() => client.createSession('s')).toThrow('There is a session "s" already');
    expect([client.deleteSession('s'), client.deleteSession('s')]).toEqual([true, false]);
    expect(() => client.historyOf('s')).toThrow('There is no session "s"');
  });

  test('that is deleted while it answers is gone; one of the same name begins anew', async () => {
    const {client, first} = start();
    client.createSession('s');
    const one = client.continueSession('s', 'Why?');
    client.deleteSession('s');
    client.createSession('s', 'Anew.');
    first.answer(0, 'Because.');
    expect((await one).text).toBe('Because.');
    expect(client.historyOf('s')).toEqual([{role: 'system', content: 'Anew.'}]);
  });

  test('is stale when it was not used for longer than that, and never while it answers', async () => {
    const {client, clock, first} = start();
    client.createSession('old');
    client.createSession('asked');
    client.createSession('running');
    const running = client.continueSession('running', 'Why?');
    clock.nowMs = 60_000;
    const asked = client.continueSession('asked', 'Why?');
    first.answer(1, 'Because.');
    await asked;
    clock.nowMs = 120_000;
    expect(client.cleanUpStale(60_000)).toBe(1); // "asked" is 60 s old to the millisecond: not longer
    expect(() => client.historyOf('old')).toThrow();
    clock.nowMs = 120_001;
    expect(client.cleanUpStale(60_000)).toBe(1);
    first.answer(0, 'Because.');
    await running;
    expect(client.historyOf('running')).toHaveLength(2);
    expect(client.cleanUpStale(0)).toBe(0); // used just now
  });
});

describe('fallback', () => {
  test('when the first server is away the second answers, and says so; the session goes on', async () => {
    const {client, first, second, clock} = start();
    client.createSession('s', 'Be brief.');
    const one = client.continueSession('s', 'Why?');
    first.fail(0, new ServerAway('connection refused'));
    await nextTurn();
    second.answer(0, 'Because.');
    expect(await one).toMatchObject({servedBy: 'second', fellBack: true, turn: 1});
    // For ten seconds the first is not waited for again.
    clock.nowMs = 9999;
    const two = client.continueSession('s', 'And?');
    second.answer(1, 'So.');
    expect(await two).toMatchObject({servedBy: 'second', fellBack: true, turn: 2});
    clock.nowMs = 10_000;
    const three = client.continueSession('s', 'Then?');
    first.answer(1, 'Done.');
    expect(await three).toMatchObject({servedBy: 'first', fellBack: false, turn: 3});
    expect(first.asked[1]?.messages).toHaveLength(6);
  });

  test('when all are away the error names each and why, and the history is as it was', async () => {
    const {client, first, second} = start();
    client.createSession('s', 'Be brief.');
    const one = client.continueSession('s', 'Why?').catch(String);
    first.fail(0, new ServerAway('connection refused'));
    await nextTurn();
    second.fail(0, new ServerAway('HTTP 503: busy'));
    expect(await one).toContain('first: connection refused; second: HTTP 503: busy');
    expect(client.historyOf('s')).toHaveLength(1);
  });

  test('an answer that broke off and a request that was refused are not asked of another server', async () => {
    const {client, first, second} = start();
    client.createSession('s');
    for (const [index, wrong] of (['ENGINE_DIED', 'BAD_OPTIONS'] as const).entries()) {
      const lost = client.continueSession('s', 'Why?').catch(code);
      first.fail(index, new CutoverError(wrong, 'no'));
      expect(await lost).toBe(wrong);
    }
    expect(second.asked).toEqual([]);
  });

  test('it is available when any server is', async () => {
    const {client, first, second} = start();
    first.available = false;
    expect(await client.isAvailable()).toBe(true);
    second.available = false;
    expect(await client.isAvailable()).toBe(false);
  });
});

describe('warming', () => {
  test('a prefix is asked about twice, and what the second request found is told', async () => {
    const {client, first} = start();
    const warmed = client.warmPrefix('You know code.');
    first.answer(0, 'a', {promptTokens: 20, cachedPromptTokens: 0});
    await nextTurn();
    first.answer(1, 'b', {promptTokens: 21, cachedPromptTokens: 16});
    expect(await warmed).toEqual({promptTokens: 21, cachedPromptTokens: 16, servedBy: 'first', fellBack: false});
    const [one, two] = first.asked.map(({messages}) => messages);
    expect(one?.[0]).toEqual(two?.[0]);
    expect(one?.[1]).not.toEqual(two?.[1]);
    expect(first.asked.map(({outputTokens}) => outputTokens)).toEqual([1, 1]);
  });

  test('several are warmed a few at a time, and come back in their order', async () => {
    const {client, first} = start();
    const prompts = ['a', 'b', 'c', 'd', 'e'];
    const all = client.warmPrefixes(prompts, {concurrency: 2});
    for (let index = 0; index < 2 * prompts.length; index += 1) {
      expect(first.asked.length - index).toBeLessThanOrEqual(2);
      const {messages = []} = first.asked[index] ?? {};
      first.answer(index, '', {promptTokens: prompts.indexOf(messages[0]?.content ?? '')});
      await nextTurn();
    }
    expect((await all).map(({promptTokens}) => promptTokens)).toEqual([0, 1, 2, 3, 4]);
  });

  test('the first failure ends it: no further one is begun', async () => {
    const {client, first} = start();
    const all = client.warmPrefixes(['a', 'b', 'c'], {concurrency: 1}).catch(code);
    first.fail(0, new CutoverError('TRIAL_FAILED', 'HTTP 500'));
    expect(await all).toBe('TRIAL_FAILED');
    expect(first.asked).toHaveLength(1);
  });
});

/* A model of it: what every session's history must be, whatever happens in whatever order. */

const ids = ['a', 'b', 'c'];
const step = fc.oneof(
  fc.record({kind: fc.constant('create' as const), id: fc.constantFrom(...ids)}),
  fc.record({kind: fc.constant('ask' as const), id: fc.constantFrom(...ids), text: fc.string()}),
  fc.record({kind: fc.constant('answer' as const), which: fc.nat(5), text: fc.string()}),
  fc.record({kind: fc.constant('fail' as const), which: fc.nat(5)}),
  fc.record({kind: fc.constant('delete' as const), id: fc.constantFrom(...ids)}),
  fc.record({kind: fc.constant('clean' as const), olderThanMs: fc.nat(5)}),
);

interface Modelled {
  history: History;
  running: boolean;
  usedMs: number;
}

test('whatever is created, asked, answered, failed, deleted and cleaned up, every history is what was really said', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, {maxLength: 40}), async steps => {
      const server = new PlayedServer('only');
      const clock = {nowMs: 0, now: () => clock.nowMs};
      const client = new SessionClient({servers: [server], clock});
      const model = new Map<string, Modelled>();
      /** Questions that are not answered yet, and whose. */
      const open: {index: number; of: Modelled; question: string; ended: Promise<unknown>}[] = [];

      const end = async (which: number, reply: string | null) => {
        const [question] = open.splice(which % Math.max(1, open.length), 1);
        if (question === undefined) return;
        const {of, index} = question;
        if (reply === null) server.fail(index, new CutoverError('ENGINE_DIED', 'gone'));
        else server.answer(index, reply);
        await question.ended;
        if (reply !== null)
          of.history = [...of.history, {role: 'user', content: question.question}, {role: 'assistant', content: reply}];
        of.running = false;
        of.usedMs = clock.nowMs;
      };

      for (const does of steps) {
        clock.nowMs += 1;
        if (does.kind === 'create' && !model.has(does.id)) {
          client.createSession(does.id, `I am ${does.id}.`);
          const history: History = [{role: 'system', content: `I am ${does.id}.`}];
          model.set(does.id, {history, running: false, usedMs: clock.nowMs});
        } else if (does.kind === 'create') expect(() => client.createSession(does.id)).toThrow();
        else if (does.kind === 'ask') {
          const of = model.get(does.id);
          const asked = client.continueSession(does.id, does.text).catch(code);
          if (of === undefined || of.running) expect(await asked).toBe('BAD_OPTIONS');
          else {
            of.running = true;
            open.push({index: server.asked.length - 1, of, question: does.text, ended: asked});
          }
        } else if (does.kind === 'answer') await end(does.which, does.text);
        else if (does.kind === 'fail') await end(does.which, null);
        else if (does.kind === 'delete') expect(client.deleteSession(does.id)).toBe(model.delete(does.id));
        else {
          const stale = [...model].filter(([, of]) => !of.running && clock.nowMs - of.usedMs > does.olderThanMs);
          expect(client.cleanUpStale(does.olderThanMs)).toBe(stale.length);
          for (const [id] of stale) model.delete(id);
        }
        for (const id of ids) {
          const of = model.get(id);
          if (of === undefined) expect(() => client.historyOf(id)).toThrow();
          else expect(client.historyOf(id)).toEqual(of.history);
        }
      }
    }),
    {numRuns: 200},
  );
});
