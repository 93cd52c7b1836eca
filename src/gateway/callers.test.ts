import {connect} from 'node:net';
import {expect, test} from 'vitest';
import {answerAs, ask, bodiesOf, sayJson, steered, targetAt, testEngine} from './test-engine.ts';
import {turnstile} from './turnstile.ts';
import {Visit} from './visit.ts';

const written = (kind: 'chat' | 'embed', id: string) => {
  const body = JSON.stringify(bodiesOf[kind]);
  const head = [
    `POST /${kind} HTTP/1.1`,
    'host: x',
    'content-type: application/json',
    `content-length: ${body.length}`,
  ];
  return `${[...head, `x-request-id: ${id}`].join('\r\n')}\r\n\r\n${body}`;
};

const until = async (holds: () => Promise<boolean>) => {
  while (!(await holds())) await new Promise(setImmediate);
};

test('of a caller who sends a second request before the first is answered, and goes away, both end', async () => {
  const both = Promise.withResolvers<void>();
  await using baseline = await testEngine(() => {
    if (baseline.requests.length === 2) both.resolve();
  });
  await using gateway = await steered({baseline});
  const caller = connect(Number(new URL(gateway.url).port), '127.0.0.1');
  caller.write(written('chat', 'first') + written('embed', 'second'));
  await both.promise;
  caller.destroy();
  await Promise.all(baseline.requests.map(({closed}) => closed));
  await until(async () => (await gateway.admin.state()).seq === 2);
  expect((await gateway.admin.recent(0)).map(({id, outcome}) => `${id} ${outcome}`).sort()).toEqual([
    'first gone',
    'second gone',
  ]);
  expect(await gateway.gateway.drain(10_000)).toBe(0);
});

test('a caller who takes nothing of a whole answer does not keep its place for good', async () => {
  await using baseline = await testEngine((_, response) =>
    sayJson(response, 200, {choices: [{message: {content: 'x'.repeat(12 * 2 ** 20)}}]}),
  );
  await using gateway = await steered({baseline}, {timeoutMs: 2500});
  const caller = connect(Number(new URL(gateway.url).port), '127.0.0.1');
  caller.pause();
  caller.on('error', () => {});
  caller.write(written('chat', 'idle'));
  await until(async () => (await gateway.admin.state()).seq === 1);
  expect(await gateway.admin.recent(0)).toMatchObject([{id: 'idle', outcome: 'gone'}]);
  caller.destroy();
});

test('a target without a proper origin is refused when it is named, and the gateway lives on', async () => {
  await using baseline = await testEngine(answerAs('baseline'));
  await using gateway = await steered({baseline}, {timeoutMs: 300});
  for (const url of [
    'nowhere',
    `${baseline.url}/v1`,
    'ftp://127.0.0.1:1',
    'http://u:p@127.0.0.1:1',
    `${baseline.url}?a`,
  ]) {
    await expect(gateway.admin.putTarget('baseline', targetAt(url)), url).rejects.toThrow();
  }
  expect((await ask(gateway.url, 'chat')).status).toBe(200);
});

test('a caller who hangs up at [DONE] was served', async () => {
  const held = Promise.withResolvers<() => void>();
  await using baseline = await testEngine((_, response) => {
    response.writeHead(200, {'content-type': 'text/event-stream'});
    response.write('data: {"choices":[{"delta":{"content":"a"},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n');
    held.resolve(() => response.end());
  });
  await using gateway = await steered({baseline});
  const caller = connect(Number(new URL(gateway.url).port), '127.0.0.1');
  const body = JSON.stringify({...bodiesOf.chat, stream: true});
  caller.write(
    `POST /chat HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
  );
  let said = '';
  for await (const bytes of caller) {
    said += bytes;
    if (said.includes('[DONE]')) break;
  }
  caller.destroy();
  await until(async () => (await gateway.admin.state()).seq === 1);
  expect(await gateway.admin.recent(0)).toMatchObject([{outcome: 'served'}]);
  (await held.promise)();
});

test('what is on the way to a target that was replaced ends with the gateway', async () => {
  await using baseline = await testEngine(answerAs('baseline'));
  await using candidate = await testEngine(() => {});
  const gateway = await steered({baseline, candidate}, {timeoutMs: 20_000});
  await gateway.admin.putRoute({primary: 'baseline', candidateShare: 0, mirrorShare: 1, standby: null});
  const reached = candidate.next();
  await ask(gateway.url, 'chat');
  const copy = await reached;
  await gateway.admin.putTarget('candidate', targetAt(baseline.url));
  await gateway[Symbol.asyncDispose]();
  await copy.closed;
});

test('a caller who is gone before there is a place takes none', () => {
  const door = turnstile({inFlight: 1, queued: 1});
  const visit = new Visit('v', 'chat');
  visit.gone();
  door.enter(visit, 1000);
  expect(door.inside).toBe(0);
});
