import {once} from 'node:events';
import {createServer} from 'node:http';
import type {AddressInfo} from 'node:net';
import {join} from 'node:path';
import {buffer} from 'node:stream/consumers';
import {setTimeout as delay} from 'node:timers/promises';
import {execa} from 'execa';
import {beforeAll, expect, test} from 'vitest';
import {projectRoot} from '../../root.ts';
import {freePort} from '../../runtimes/free-port.ts';
import type {StackServer} from '../../schema/stack.ts';
import type {Worker} from './router.ts';
import {sglangRouter} from './sglang-router.ts';

let python = '';
// Made once and kept (.ci/run has done so).
beforeAll(async () => {
  python = (await execa(join(projectRoot, '.ci/topology-environment'))).stdout;
}, 180_000);

const json = (body: unknown) => JSON.stringify(body);

/** What the router asks of a worker, and an answer that is its name. */
const answers: Readonly<Record<string, unknown>> = {
  '/health': {},
  '/server_info': {model_path: 'm', served_model_name: 'm'},
  '/model_info': {model_path: 'm', is_generation: true},
};

const startWorker = async (name: string, port = 0) => {
  const server = createServer(async (request, response) => {
    await buffer(request);
    const known = answers[request.url ?? ''];
    if (known === undefined && request.url !== '/v1/chat/completions') response.statusCode = 404;
    const message = {role: 'assistant', content: name};
    const usage = {prompt_tokens: 1, completion_tokens: 1, total_tokens: 2};
    const chat = {id: 'x', object: 'chat.completion', created: 1, model: 'm', usage};
    response.setHeader('content-type', 'application/json');
    response.end(json(known ?? {...chat, choices: [{index: 0, message, finish_reason: 'stop'}]}));
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const at = (server.address() as AddressInfo).port;
  return {
    port: at,
    worker: {name, part: 'replica', url: `http://127.0.0.1:${at}`, bootstrapPort: null} satisfies Worker,
    async [Symbol.asyncDispose]() {
      if (!server.listening) return;
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
};

const startRouter = async (flags: StackServer['arguments'], workers: readonly Worker[]) => {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const [command = '', ...before] = sglangRouter.launcher(python);
  const words = sglangRouter.arguments({port, model: 'm', arguments: flags}, '127.0.0.1', workers);
  const program = execa(command, [...before, ...words], {reject: false, all: true});
  const ended = program.then(({all}) => {
    throw new Error(`the router ended: ${all}`);
  });
  ended.catch(() => {});
  const {path, ready} = sglangRouter.health;
  const readyWith = async (count: number) => {
    for (;;) {
      const reply = await fetch(url + path).catch(() => null);
      if (reply !== null && ready({status: reply.status, body: await reply.text()}, count)) return;
      await Promise.race([delay(50), ended]);
    }
  };
  return {
    url,
    readyWith,
    async healthy() {
      return ((await (await fetch(url + path)).json()) as {healthy_workers?: number}).healthy_workers ?? 0;
    },
    async ask(session: string) {
      const header = sglangRouter.sessionHeader(flags);
      const headers = {'content-type': 'application/json', ...(header === null ? {} : {[header]: session})};
      const body = json({model: 'm', messages: [{role: 'user', content: session}]});
      const reply = await fetch(`${url}/v1/chat/completions`, {method: 'POST', headers, body});
      if (!reply.ok) return reply.status;
      return ((await reply.json()) as {choices: {message: {content: string}}[]}).choices[0]?.message.content;
    },
    async [Symbol.asyncDispose]() {
      program.kill('SIGTERM');
      await program;
    },
  };
};

/** Fewer than the 10 failures at which its breaker shuts a worker out. */
const sessions = Array.from({length: 8}, (_, index) => `s${index}`);

test('sessions stay with their worker; a dead worker costs each request once, and one that is back has work at once', async () => {
  await using one = await startWorker('one');
  await using other = await startWorker('other');
  await using router = await startRouter({policy: 'manual', 'assignment-mode': 'min_group'}, [
    one.worker,
    other.worker,
  ]);
  await router.readyWith(2);
  const askAll = async () => {
    const said: unknown[] = [];
    for (const session of sessions) said.push(await router.ask(session));
    return said;
  };

  const first = await askAll();
  expect(new Set(first)).toEqual(new Set(['one', 'other']));
  expect([await askAll(), await askAll()]).toEqual([first, first]);

  const {port} = one;
  await one[Symbol.asyncDispose]();
  // No second attempt, neither elsewhere nor there.
  const during = await askAll();
  expect(during.filter(said => said === 500)).toHaveLength(first.filter(said => said === 'one').length);
  while ((await router.healthy()) > 1) await delay(50);
  expect(new Set(await askAll())).toEqual(new Set(['other']));

  await using _ = await startWorker('back', port);
  await router.readyWith(2);
  const given = new Set<unknown>();
  for (let session = 0; given.size < 2; session += 1) given.add(await router.ask(`new ${session}`));
  expect(given).toEqual(new Set(['other', 'back']));
}, 60_000);

test('a cache-aware one leaves known prompts where they went while their worker was dead, and has new ones for it at once', async () => {
  await using one = await startWorker('one');
  await using other = await startWorker('other');
  await using router = await startRouter({policy: 'cache_aware'}, [one.worker, other.worker]);
  await router.readyWith(2);
  // Too few to be uneven by its measure, which begins at 64 requests between two workers.
  const contexts = Array.from({length: 8}, (_, index) => `${'abcdefgh'[index]}${index} `.repeat(1000));
  let asked = 0;
  const askAll = () =>
    Promise.all(
      contexts.map(context => {
        asked += 1;
        return router.ask(`${context} question ${asked}`);
      }),
    );
  const first = await askAll();
  expect(new Set(first)).toEqual(new Set(['one', 'other']));
  expect(await askAll()).toEqual(first);

  const {port} = one;
  await one[Symbol.asyncDispose]();
  while ((await router.healthy()) > 1) await delay(50);
  // Asked for once, one of them was seen to go back.
  for (let time = 0; time < 4; time += 1) expect(new Set(await askAll())).toEqual(new Set(['other']));

  await using _ = await startWorker('back', port);
  await router.readyWith(2);
  expect(new Set([...(await askAll()), ...(await askAll())])).toEqual(new Set(['other']));
  const fresh = Array.from('klmnopqr', letter => `${letter} `.repeat(1000));
  expect(await Promise.all(fresh.map(context => router.ask(context)))).toContain('back');
}, 60_000);
