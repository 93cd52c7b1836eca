import {mkdtemp, readFile, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {gatewayLine} from '../schema/journal.ts';
import {roles} from '../schema/request.ts';
import {answerAs, ask, route, steered, targetAt, testEngine} from './test-engine.ts';

const journalIn = async () => {
  const folder = await mkdtemp(join(tmpdir(), 'cutover-gateway-'));
  const path = join(folder, 'gateway.jsonl');
  return {
    path,
    read: async () =>
      (await readFile(path, 'utf8'))
        .trimEnd()
        .split('\n')
        .map(line => gatewayLine.parse(JSON.parse(line))),
    [Symbol.asyncDispose]: () => rm(folder, {recursive: true}),
  };
};

test('2,000 requests through 20 switches are each answered once, by the side that the route named, and the journal says so', async () => {
  await using baseline = await testEngine(answerAs('baseline'));
  await using candidate = await testEngine(answerAs('candidate'));
  await using journal = await journalIn();
  const replies: {id: string; status: number; target: string | null}[] = [];
  {
    await using gateway = await steered({baseline, candidate}, {journal: journal.path});
    let sent = 0;
    const caller = async () => {
      while (sent < 2000) {
        sent += 1;
        const id = `r-${sent}`;
        const {status, headers} = await ask(gateway.url, roles[sent % 3] ?? 'chat', {headers: {'x-request-id': id}});
        expect(headers.get('x-request-id')).toBe(id);
        replies.push({id, status, target: headers.get('x-cutover-target')});
      }
    };
    const callers = Array.from({length: 16}, caller);
    for (let turn = 1; turn <= 20; turn += 1) {
      const goal = turn * 95;
      while (replies.length < goal) await new Promise(setImmediate);
      const side = turn % 2 === 1 ? 'candidate' : 'baseline';
      await gateway.admin.putRoute({...route, primary: side});
      // What is taken after the answer goes by the new route.
      expect(
        (await ask(gateway.url, 'chat', {headers: {'x-request-id': `after-${turn}`}})).headers.get('x-cutover-target'),
      ).toBe(side);
    }
    await Promise.all(callers);
  }
  expect(replies.filter(({status}) => status !== 200)).toEqual([]);
  expect(new Set(replies.map(({id}) => id)).size).toBe(2000);
  const asked = {baseline: baseline.requests, candidate: candidate.requests};
  expect(asked.baseline.length + asked.candidate.length).toBe(2020);
  const lines = await journal.read();
  expect(lines.map(({seq}) => seq)).toEqual(Array.from({length: 2020}, (_, index) => index + 1));
  const told = new Map(lines.map(line => [line.id, line]));
  expect(told.size).toBe(2020);
  for (const {id, target} of replies)
    expect(told.get(id)).toMatchObject({target, outcome: 'served', status: 200, asked: 1});
  for (const arm of ['baseline', 'candidate'] as const)
    expect(new Set(asked[arm].map(({id}) => id))).toEqual(
      new Set(lines.filter(({target}) => target === arm).map(({id}) => id)),
    );
  for (const {receivedMs, askedMs, firstByteMs, endMs} of lines)
    expect([receivedMs, askedMs, firstByteMs, endMs]).toEqual(
      [receivedMs, askedMs, firstByteMs, endMs].toSorted((a, b) => Number(a) - Number(b)),
    );
}, 20_000);

test('a share of 1 % is ten of a thousand requests of each kind', async () => {
  await using baseline = await testEngine(answerAs('baseline'));
  await using candidate = await testEngine(answerAs('candidate'));
  await using gateway = await steered({baseline, candidate});
  await gateway.admin.putRoute({...route, primary: 'baseline', candidateShare: 0.05});
  for (let n = 0; n < 20; n += 1) await Promise.all(Array.from({length: 5}, () => ask(gateway.url, 'embed')));
  for (let n = 0; n < 40; n += 1) await ask(gateway.url, 'rerank');
  const of = (path: string) => candidate.requests.filter(request => request.path === path).length;
  expect([of('/v1/embeddings'), of('/v1/chat/completions'), candidate.requests.length]).toEqual([5, 0, 7]);
});

test('a request stays where it began, and its side is drained when it has its answer', async () => {
  const begun = Promise.withResolvers<() => void>();
  await using baseline = await testEngine((request, response) =>
    begun.resolve(() => answerAs('baseline')(request, response)),
  );
  await using candidate = await testEngine(answerAs('candidate'));
  await using gateway = await steered({baseline, candidate});
  const {admin} = gateway;
  const asked = ask(gateway.url, 'chat');
  const answer = await begun.promise;
  await admin.putRoute({...route, primary: 'candidate'});
  await expect(admin.removeTarget('baseline')).rejects.toMatchObject({status: 409});
  const {targets} = await admin.state();
  expect(targets.baseline).toMatchObject({inFlight: 1, asked: 1});
  expect(targets.baseline?.oldestSilentMs).toBeGreaterThan(0);
  expect(await admin.drain('baseline', 0)).toEqual({inFlight: 1});
  const drained = admin.drain('baseline', 10_000);
  expect((await ask(gateway.url, 'chat')).headers.get('x-cutover-target')).toBe('candidate');
  answer();
  expect(await drained).toEqual({inFlight: 0});
  expect(JSON.parse((await asked).text)).toMatchObject({content: 'baseline'});
  await admin.removeTarget('baseline');
  expect((await admin.state()).targets).not.toHaveProperty('baseline');
});

test('while nobody is primary, requests are refused with advice to come again', async () => {
  await using baseline = await testEngine(answerAs('baseline'));
  await using gateway = await steered({baseline});
  await gateway.admin.putRoute(route);
  const {status, headers, text} = await ask(gateway.url, 'embed');
  expect([status, headers.get('retry-after'), JSON.parse(text).code]).toEqual([503, '1', 'switching']);
  expect(
    (await gateway.admin.recent(0)).map(({target, outcome, code, asked}) => [target, outcome, code, asked]),
  ).toEqual([[null, 'refused', 'switching', 0]]);
  expect((await fetch(`${gateway.url}/health`)).status).toBe(503);
});

test('the standby is asked where the connection is refused, and nowhere else', async () => {
  const dead = await testEngine(() => {});
  await dead[Symbol.asyncDispose]();
  await using candidate = await testEngine(answerAs('candidate'));
  await using gateway = await steered({baseline: dead, candidate});
  const {admin, url} = gateway;
  await admin.putRoute({...route, primary: 'baseline', standby: 'candidate'});
  const {status, headers, text} = await ask(url, 'chat');
  expect([status, headers.get('x-cutover-target'), JSON.parse(text).content]).toEqual([200, 'candidate', 'candidate']);
  expect(await admin.recent(0)).toMatchObject([{target: 'candidate', asked: 2, outcome: 'served'}]);

  await using torn = await testEngine((_, response) => response.destroy());
  await admin.putTarget('baseline', targetAt(torn.url));
  expect(await ask(url, 'chat')).toMatchObject({status: 502});
  expect([torn.requests.length, candidate.requests.length]).toEqual([1, 1]);
  expect(await admin.recent(1)).toMatchObject([
    {target: 'baseline', asked: 1, outcome: 'failed', code: 'engine_failed'},
  ]);
});

test('copies have lines of their own and the same id, and neither delay nor fail the request', async () => {
  const held = Promise.withResolvers<void>();
  await using baseline = await testEngine(answerAs('baseline'));
  await using candidate = await testEngine(async (_, response) => {
    await held.promise;
    response.writeHead(500).end('{}');
  });
  await using gateway = await steered({baseline, candidate});
  const {admin, url} = gateway;
  await admin.putRoute({...route, primary: 'baseline', mirrorShare: 0.5});
  for (const n of [1, 2, 3, 4]) {
    const {status, text} = await ask(url, 'chat', {headers: {'x-request-id': `r${n}`}});
    expect([status, JSON.parse(text).content]).toEqual([200, 'baseline']);
  }
  expect((await admin.recent(0)).map(({id, mirror}) => [id, mirror])).toEqual(
    ['r1', 'r2', 'r3', 'r4'].map(id => [id, false]),
  );
  held.resolve();
  expect(await admin.drain('candidate', 10_000)).toEqual({inFlight: 0});
  const copies = await admin.recent(4);
  expect(copies.map(({id}) => id).toSorted()).toEqual(['r2', 'r4']);
  for (const copy of copies)
    expect(copy).toMatchObject({mirror: true, target: 'candidate', outcome: 'failed', status: 502});
});

test('a caller who goes away ends its request at the engine, and the journal says gone', async () => {
  await using baseline = await testEngine(() => {});
  await using gateway = await steered({baseline});
  const gone = new AbortController();
  const reached = baseline.next();
  const asking = ask(gateway.url, 'chat', {signal: gone.signal});
  const {closed} = await reached;
  gone.abort();
  await expect(asking).rejects.toThrow();
  await closed;
  await gateway.admin.drain('baseline', 10_000);
  expect(await gateway.admin.recent(0)).toMatchObject([{outcome: 'gone', status: 499, target: 'baseline', code: null}]);
});
