import {describe, expect, test} from 'vitest';
import type {Endpoint, Engine} from '../engines/engine.ts';
import {engines} from '../engines/index.ts';
import {untoldFacts} from '../engines/untold-facts.ts';
import type {Session, SessionSource} from '../schema/request.ts';
import type {Sample} from '../schema/sample.ts';
import type {LoadSpec} from '../schema/suite.ts';
import {runHere} from './load-here.ts';
import {done, finish, type Received, reply, startTestServer, token} from './test-server.ts';

const user = (content: string) => ({role: 'user', content}) as const;
const scripted = {role: 'assistant', content: 'scripted'} as const;

/** Conversations of three turns; what is changed is the same for all of them. */
const conversations = (name: string, changes: Partial<Session> = {}): SessionSource => ({
  at(index) {
    const id = `${name}${index}`;
    const messages = [user(`${id} one`), scripted, user('two'), scripted, user('three')];
    const requests = [1, 3, 5].map((length, turn) => ({
      ...{kind: 'chat' as const, id: `${id}-${turn + 1}`, outputTokens: 2},
      messages: messages.slice(0, length),
    }));
    return {id, requests, ...changes};
  },
  requestsBefore: index => index * 3,
});

const amount = {requests: 6, durationSeconds: null, warmup: 0};
const closed: LoadSpec = {mode: 'closed', concurrency: 2, ...amount};
const open: LoadSpec = {mode: 'open', ratePerSecond: 1000, arrivals: 'uniform', maxInFlight: null, ...amount};

interface Asked {
  readonly id: string;
  readonly messages: readonly {readonly role: string; readonly content: string}[];
}

/** Says back what was asked last, in pieces; `fails` are the ids of requests that get no answer. */
const echo =
  (fails: readonly string[] = []) =>
  ({socket, headers, body}: Received) => {
    const {messages} = JSON.parse(body) as Asked;
    const id = headers['x-request-id'] ?? '';
    if (fails.includes(id)) socket.write(reply('{"error":{"message":"no"}}', {status: 500}));
    else socket.write(reply([token(` You said: `), token(`${messages.at(-1)?.content}\n`), finish, done].join('')));
  };

const run = async (
  load: LoadSpec,
  changes: Partial<Session>,
  answer: (request: Received) => unknown = echo(),
  engine: Engine = engines.openai,
) => {
  await using server = await startTestServer(answer);
  const endpoint: Endpoint = {role: 'chat', url: server.url, model: 'm', facts: untoldFacts};
  const samples: Sample[] = [];
  const kept: string[] = [];
  const outcome = await runHere({
    ...{trial: 0, engine, endpoint, load, timeoutMs: 20_000, signal: new AbortController().signal},
    warmup: conversations('w', changes),
    measured: conversations('m', changes),
    arrivals: load.mode === 'open' ? {total: 2, dueMs: [0, 1]} : {total: 0, dueMs: []},
    onSample: sample => samples.push(sample),
    keepReplies: {first: 1, keep: id => kept.push(id)},
  });
  const asked: Asked[] = server.received.map(({headers, body}) => ({
    id: headers['x-request-id'] ?? '',
    messages: JSON.parse(body).messages,
  }));
  return {samples, outcome, kept, asked: new Map(asked.map(each => [each.id, each.messages]))};
};

const turnsOf = (samples: readonly Sample[], session: string) =>
  samples.filter(sample => sample.session === session).toSorted((a, b) => a.sentMs - b.sentMs);

describe.each([
  ['a closed loop', closed],
  ['an open loop', open],
] as const)('in %s', (_, load) => {
  test("the engine's own replies stand in the history, byte for byte", async () => {
    const {asked, kept, samples} = await run(load, {history: 'engine'});
    expect(samples).toHaveLength(6);
    for (const id of ['m0', 'm1'])
      expect(asked.get(`${id}-3`)).toEqual([
        user(`${id} one`),
        {role: 'assistant', content: ` You said: ${id} one\n`},
        user('two'),
        {role: 'assistant', content: ' You said: two\n'},
        user('three'),
      ]);
    expect(kept).toEqual(['m0-1']); // only what was asked to be kept
  });

  test('the scripted replies stand in the history unless the session says otherwise', async () => {
    const {asked} = await run(load, {});
    expect(asked.get('m1-3')).toEqual([user('m1 one'), scripted, user('two'), scripted, user('three')]);
  });

  test("a failed turn ends a conversation of the engine's replies, and no scripted one", async () => {
    const own = await run(load, {history: 'engine'}, echo(['m0-2']));
    expect([...own.asked.keys()].filter(id => id.startsWith('m0'))).toEqual(['m0-1', 'm0-2']);
    expect(own.asked.has('m1-3')).toBe(true);
    const written = await run(load, {}, echo(['m0-2']));
    expect(written.asked.has('m0-3')).toBe(true);
  });

  test('turns are called what the session calls them', async () => {
    const {samples, outcome} = await run(load, {turns: [2, 3, 3]});
    expect(turnsOf(samples, 'm1').map(({turn}) => turn)).toEqual([2, 3, 3]);
    expect(outcome).toMatchObject({plannedRequests: 6, unsent: 0});
  });

  test('a turn is sent when its pause after the reply before it is over', async () => {
    const {samples} = await run(load, {pausesMs: [0, 30, 60]});
    for (const session of ['m0', 'm1']) {
      const [one, two, three] = turnsOf(samples, session);
      if (one === undefined || two === undefined || three === undefined) throw new Error('a turn is missing');
      // Not exact in a closed loop: what is counted there is the slot's own wait.
      expect(two.sentMs - one.endMs).toBeGreaterThanOrEqual(29);
      expect(three.sentMs - two.endMs).toBeGreaterThanOrEqual(59);
      if (load.mode === 'open') expect([two.scheduledMs, three.scheduledMs]).toEqual([one.endMs + 30, two.endMs + 60]);
    }
  });
});

test('branches share the replies before them and know nothing of one another', async () => {
  const messages = [user('one'), scripted];
  const requests = ['1', '2', '2.2'].map((turn, place) => ({
    ...{kind: 'chat' as const, id: turn, outputTokens: 2},
    messages: place === 0 ? messages.slice(0, 1) : [...messages, user(`branch ${turn}`)],
  }));
  const {asked} = await run({...closed, concurrency: 1, requests: 3}, {requests, history: 'engine', turns: [1, 2, 2]});
  for (const turn of ['2', '2.2'])
    expect(asked.get(turn)).toEqual([
      user('one'),
      {role: 'assistant', content: ' You said: one\n'},
      user(`branch ${turn}`),
    ]);
});

test('a branch that failed leaves the others be; a failed turn takes all that have its reply in their history', async () => {
  const messages = [user('one'), scripted, user('two'), scripted];
  const requests = ['1', '2', '3', '3.2', '3.3'].map((id, place) => ({
    ...{kind: 'chat' as const, id, outputTokens: 2},
    messages: place < 2 ? messages.slice(0, 2 * place + 1) : [...messages, user(`branch ${id}`)],
  }));
  const sent = async (...fails: readonly string[]) => {
    const load = {...closed, concurrency: 1, requests: 5};
    const {samples} = await run(load, {requests, history: 'engine', turns: [1, 2, 3, 3, 3]}, echo(fails));
    return samples.filter(({session}) => session === 'm0').map(({id}) => id);
  };
  expect(await sent('3')).toEqual(['1', '2', '3', '3.2', '3.3']);
  expect(await sent('2')).toEqual(['1', '2']);
});

test('who would still think when the time is over leaves at once', async () => {
  const load: LoadSpec = {mode: 'closed', concurrency: 2, requests: null, durationSeconds: 0.3, warmup: 0};
  const {samples, outcome} = await run(load, {pausesMs: [0, 20_000, 0]}); // a test has 30 s
  expect(samples.map(({turn}) => turn)).toEqual([1, 1]);
  expect(outcome.whole?.endMs).toBeLessThan(20_000);
});

test('the steady part ends with the first slot that has no conversation left, while another is in the middle of one', async () => {
  const answered = new Set<string>();
  const held: (() => void)[] = [];
  /** The second turn of the last conversation waits for the ends of the two before it. */
  const answer = (request: Received) => {
    const id = request.headers['x-request-id'] ?? '';
    answered.add(id);
    const give = () => echo()(request);
    if (id === 'm2-2') held.push(give);
    else give();
    if (['m0-3', 'm1-3'].every(each => answered.has(each))) for (const late of held.splice(0)) late();
  };
  const {samples, outcome} = await run({...closed, requests: 9}, {pausesMs: [0, 0, 20]}, answer);
  const [before, last] = [['m0', 'm1'], ['m2']].map(names => samples.filter(({session}) => names.includes(session)));
  const lastSentMs = Math.max(...(last ?? []).map(({sentMs}) => sentMs));
  const leftMs = Math.max(...(before ?? []).map(({endMs}) => endMs));
  expect(outcome.steady?.endMs).toBeGreaterThanOrEqual(leftMs);
  expect(outcome.steady?.endMs).toBeLessThan(lastSentMs);
});

test('a server that does not stream cannot have its own replies in the history', async () => {
  const told = {promptTokens: null, outputTokens: null, cachedPromptTokens: null};
  const engine: Engine = {
    ...engines.openai,
    streams: false,
    readWhole: () => ({usage: told, items: 1, problem: null}),
  };
  const whole = ({socket}: Received) => socket.write(reply('{"answer":"yes"}'));
  await expect(run(closed, {history: 'engine'}, whole, engine)).rejects.toThrow('this server does not stream');
});

test('prompts are summed over the warm-up too', async () => {
  const {outcome} = await run({...closed, warmup: 3}, {}, ({socket}) => {
    const usage = {prompt_tokens: 10, completion_tokens: 1, prompt_tokens_details: {cached_tokens: 4}};
    socket.write(reply(`${token('a')}${finish}data: ${JSON.stringify({choices: [], usage})}\n\n${done}`));
  });
  expect(outcome.prompts).toEqual({promptTokens: 90, cachedPromptTokens: 36, untold: 0});
});

test.each(['net', 'undici'] as const)('a router that keeps sessions together is told each one by %s', async http => {
  const whole = reply([token('said'), finish, done].join(''));
  const odd = whole.replace('Test', 'T\x01st'); // only undici reads on after it
  await using server = await startTestServer(({socket}) => socket.write(http === 'undici' ? odd : whole));
  const endpoint: Endpoint = {
    ...{role: 'chat', url: server.url, model: 'm', facts: untoldFacts},
    sessionHeader: 'x-smg-routing-key',
  };
  const outcome = await runHere({
    ...{trial: 0, engine: engines.openai, endpoint, load: closed, timeoutMs: 20_000},
    signal: new AbortController().signal,
    warmup: conversations('w'),
    measured: conversations('m'),
    arrivals: {total: 0, dueMs: []},
    onSample() {},
  });
  expect(outcome.client.http).toBe(http);
  const told = server.received.map(({headers: own}) => [own['x-smg-routing-key'], own['x-request-id']]);
  for (const [session, id] of told) expect(id?.startsWith(`${session}-`)).toBe(true);
  expect(new Set(told.map(([session]) => session))).toEqual(new Set(['m0', 'm1']));
});
