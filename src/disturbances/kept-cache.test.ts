import {createServer} from 'node:http';
import type {AddressInfo} from 'node:net';
import {buffer} from 'node:stream/consumers';
import {expect, onTestFinished, test} from 'vitest';
import type {Endpoint} from '../engines/engine.ts';
import {sglang} from '../engines/sglang.ts';
import {untoldFacts} from '../engines/untold-facts.ts';
import {KeptPrompt} from './kept-cache.ts';

/** Servers that cache what each of them is asked, and one before them that has another one answer the third request. */
const serversOf = async (workers: number) => {
  const caches = Array.from({length: workers}, () => new Set<string>());
  const listen = async (cacheOf: () => Set<string> | undefined) => {
    const server = createServer(async (request, response) => {
      const prompt = JSON.stringify(JSON.parse((await buffer(request)).toString()).messages);
      const cache = cacheOf();
      const usage = {
        ...{prompt_tokens: 600, completion_tokens: 1, total_tokens: 601},
        prompt_tokens_details: {cached_tokens: cache?.has(prompt) ? 599 : 0},
      };
      cache?.add(prompt);
      response.end(JSON.stringify({choices: [{message: {content: 'x'}}], usage}));
    });
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  };
  const urls = await Promise.all(caches.map(cache => listen(() => cache)));
  let asked = 0;
  return {urls, router: await listen(() => caches[++asked === 3 ? workers - 1 : 0])};
};

const facts = {...untoldFacts, reportsCachedTokens: true};

const keptBehind = async (part: 'replica' | 'prefill', workers: number) => {
  const {urls, router} = await serversOf(workers);
  const behind = urls.map((url, index) => ({name: `${part}-${index + 1}`, part, url}));
  const endpoint: Endpoint = {role: 'chat', url: router, model: 'm', facts, behind};
  const prompt = new KeptPrompt({engine: sglang, endpoint, signal: new AbortController().signal}, 1);
  await prompt.before();
  return await prompt.after('new', 'm');
};

test('one of several replicas is asked past the router, which might choose another one', async () => {
  expect(await keptBehind('replica', 3)).toMatchObject({beforeTokens: 599, afterTokens: 599, cache: 'kept'});
});

test('nothing is said of the cache where nobody knows which prefill server was asked', async () => {
  expect((await keptBehind('prefill', 1)).cache).toBe('kept');
  expect((await keptBehind('prefill', 2)).cache).toBeNull();
});
