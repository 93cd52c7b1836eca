import {expect, test} from 'vitest';
import type {Usage} from '../engines/engine.ts';
import type {Answer} from '../schema/answer.ts';
import type {CallReply} from './call-reply.ts';
import {judgeSessions} from './judge.ts';

const call = (id: string, reply: Partial<CallReply>, failure: string | null = null): Answer => ({
  ...{id, pass: 1, about: 'chat', status: null, failure, durationMs: 2},
  request: {method: 'call', path: 'continueSession', contentType: null, body: null, bytes: 0},
  reply: {
    ...{prompt: null, pageTokens: 16, streams: true, value: null, code: null, said: null},
    ...{resent: null, warmed: [], requests: []},
    ...reply,
  } satisfies CallReply,
});

const turn = (id: string, number: number, usage: Partial<Usage>, by: {servedBy?: string; fellBack?: boolean} = {}) =>
  call(id, {
    resent: true,
    said: {
      ...{turn: number, text: 'a b', servedBy: 'server', fellBack: false, pieces: 2},
      usage: {promptTokens: null, outputTokens: null, cachedPromptTokens: null, ...usage},
      ...by,
    },
  });

const judged = (...answers: readonly Answer[]) => {
  const {checks, measures} = judgeSessions(answers);
  return {of: (id: string) => checks.find(check => check.id === id), measures};
};

const turns = (second: Partial<Usage>) =>
  judged(
    turn('session/turn-1', 1, {promptTokens: 700, outputTokens: 16, cachedPromptTokens: 0}),
    turn('session/turn-2', 2, second),
    turn('session/turn-3', 3, {promptTokens: 800, outputTokens: 16, cachedPromptTokens: 750}),
  );

test('a prompt that does not grow lost something; one that grows by less than the answer may have, or not', () => {
  const growth = (promptTokens: number) => turns({promptTokens, outputTokens: 16}).of('history.grows');
  expect(growth(740)).toMatchObject({outcome: 'pass'});
  expect(growth(700)).toMatchObject({outcome: 'fail', detail: expect.stringContaining('left out')});
  expect(growth(715)).toMatchObject({outcome: 'unknown', detail: expect.stringContaining('thinks aloud')});
});

test('the turn before is found but for a page', () => {
  const cached = (cachedPromptTokens: number | null) =>
    turns({promptTokens: 740, outputTokens: 16, cachedPromptTokens}).of('history.cached')?.outcome;
  expect([684, 683, null].map(cached)).toEqual(['pass', 'fail', 'unknown']);
});

test('where a page is as long as the prompt nothing can be told', () => {
  const warmed = [{promptTokens: 700, cachedPromptTokens: 0}];
  expect(judged(call('warm/one', {pageTokens: 1024, warmed})).of('warm.one')?.outcome).toBe('unknown');
  expect(judged(call('warm/one', {warmed})).of('warm.one')?.outcome).toBe('fail');
});

test('one prompt that is not cached fails all that were warmed', () => {
  const warmed = [700, 0, 690].map(cachedPromptTokens => ({promptTokens: 700, cachedPromptTokens}));
  expect(judged(call('warm/several', {warmed})).of('warm.several')?.outcome).toBe('fail');
});

test('a question that timed out and was then answered as if it had been asked is found', () => {
  const late = call('session/late', {code: 'ENGINE_UNREACHABLE'}, 'No server answered');
  const before = turn('session/turn-3', 3, {});
  expect(judged(late, before, turn('session/after-late', 4, {})).of('time-out')?.outcome).toBe('pass');
  expect(judged(late, before, turn('session/after-late', 5, {})).of('time-out')?.outcome).toBe('fail');
  const undocumented = call('session/late', {}, 'fetch failed');
  expect(judged(undocumented, before, turn('session/after-late', 4, {})).of('time-out')?.outcome).toBe('fail');
  expect(judged(turn('session/late', 4, {}), before, before).of('time-out')?.outcome).toBe('unknown');
});

test('a session that is gone is refused before anything is sent', () => {
  const gone = call('session/delete', {value: true});
  const after = (reply: Partial<CallReply>) =>
    judged(gone, call('session/after-delete', reply, 'no session')).of('delete')?.outcome;
  expect(after({code: 'BAD_OPTIONS'})).toBe('pass');
  expect(after({code: 'BAD_OPTIONS', requests: [{server: 'server', afterMs: 0, usage: null}]})).toBe('fail');
  expect(after({code: null})).toBe('fail');
});

test('who answered must be said, and how long the way to it was is measured', () => {
  const before = turn('fallback/before', 1, {promptTokens: 700}, {servedBy: 'first'});
  const away = turn(
    'fallback/away',
    2,
    {promptTokens: 740, cachedPromptTokens: 690},
    {servedBy: 'second', fellBack: true},
  );
  const requests = [3, 10].map((afterMs, at) => ({server: at === 0 ? 'first' : 'second', afterMs, usage: null}));
  const {of, measures} = judged(before, {...away, reply: {...(away.reply as CallReply), requests}});
  expect(of('fallback')).toMatchObject({outcome: 'pass', detail: expect.stringContaining('690')});
  expect(measures.fallbackMs).toBe(7);
  expect(judged(before, turn('fallback/away', 2, {}, {servedBy: 'first'})).of('fallback')?.outcome).toBe('fail');
});

test('what was not asked is unknown, and a stack without chat is told', () => {
  const {of, measures} = judged(turn('session/turn-1', 1, {}));
  expect(of('fallback')).toMatchObject({outcome: 'unknown', detail: 'not asked: fallback/before, fallback/away'});
  expect(measures.fallbackMs).toBeNull();
  expect(judged().of('chat.asked')?.outcome).toBe('unknown');
});
