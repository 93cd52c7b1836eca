import {METHODS, request} from 'node:http';
import {text} from 'node:stream/consumers';
import {expect, test} from 'vitest';
import {steered} from './test-engine.ts';

const paths = {'/embed': 'POST', '/rerank': 'POST', '/chat': 'POST', '/health': 'GET', '/openapi.json': 'GET'};
const bodies = [
  {headers: {}, body: ''},
  {headers: {'content-length': '2'}, body: '{}'},
  {headers: {'content-type': 'text/plain', 'content-length': '2'}, body: '{}'},
  {headers: {'content-type': 'application/json', 'content-length': '1'}, body: '{'},
];

const ask = (url: string, method: string, {headers, body}: (typeof bodies)[number]) =>
  new Promise<string>((resolve, reject) => {
    const asked = request(url, {method, headers, agent: false}, async reply => {
      const {code} = JSON.parse((await text(reply)) || '{}') as {code?: string};
      resolve(`${reply.statusCode} ${method === 'HEAD' ? '' : code} ${reply.headers.allow}`);
    });
    asked.on('error', reject).end(body);
  });

test('every method but its own is 405 with allow on each path, whatever body and type come with it, and 404 elsewhere', async () => {
  await using gateway = await steered({});
  const others = METHODS.filter(method => !['CONNECT', 'GET', 'HEAD', 'POST'].includes(method));
  expect(others).toContain('QUERY');
  const found = new Map<string, string>();
  const wanted = new Map<string, string>();
  for (const method of others)
    for (const [which, body] of bodies.entries()) {
      for (const [path, allow] of Object.entries(paths)) {
        const asked = `${method} ${path} ${which}`;
        found.set(asked, await ask(gateway.url + path, method, body));
        wanted.set(asked, `405 wrong_method ${allow}`);
      }
      found.set(`${method} ${which}`, await ask(`${gateway.url}/nothing`, method, body));
      wanted.set(`${method} ${which}`, '404 unknown_path undefined');
    }
  expect(Object.fromEntries(found)).toEqual(Object.fromEntries(wanted));
});
