import {once} from 'node:events';
import {connect} from 'node:net';
import {expect, test} from 'vitest';
import {engines} from '../engines/index.ts';
import {serveControl} from './control.ts';
import {KeptStack} from './kept-stack.ts';
import {VramHogs} from './vram-hog.ts';

/** Comes up never. */
const starting = () =>
  new KeptStack({
    engine: engines.simulated,
    ...{stack: null, runtime: 'embedded', relay: false, hogs: new VramHogs('python3', '/dev/null')},
    bringUp: async ({signal}) => {
      await once(signal, 'abort');
      throw signal.reason;
    },
    describe: async () => [],
    onLine: () => {},
    nowMs: () => 0,
  });

test('a strike that waits for a server does not hold up the end of a keeper, and neither does half a question', async () => {
  const kept = starting();
  const control = await serveControl(kept, 0);
  const headers = {'content-type': 'application/json'};
  const strike = fetch(`${control.url}/strike`, {method: 'POST', headers, body: '{"act":"kill"}'});
  const half = connect(Number(new URL(control.url).port), '127.0.0.1').on('error', () => {});
  half.write('POST /stop HTTP/1.1\r\n');
  await fetch(`${control.url}/state`); // the two before it have come
  const cut = expect(strike).rejects.toThrow('fetch failed');
  await control[Symbol.asyncDispose]();
  await cut;
  expect(await kept.stop()).toEqual({findings: []});
});

test.each([
  ['/strike', '', /^The body is not JSON \(.*\): send an object, \{\} where there is nothing to say$/],
  ['/strike', '{"act": "kil"}', /^act: must be kill or freeze or thaw or cut or mend or leak or fill-memory$/],
  ['/strike', '{"act": "leak", "mibPerSecond": 0, "x": 1}', /^mibPerSecond: must be over 0; The body takes no x$/],
  ['/strike', '[]', /^The body must be a JSON object$/],
  ['/relay', '{}', /^mode: must be pass or errors or wrong or slow or cut$/],
  ['/relay', '{"mode": "slow", "factor": 0}', /^factor: must be 1 or more$/],
])('%s of %s is refused in one sentence that names the field and what it must be', async (path, body, sentence) => {
  await using control = await serveControl(starting(), 0);
  const headers = {'content-type': 'application/json'};
  const reply = await fetch(control.url + path, {method: 'POST', headers, body});
  const {error} = (await reply.json()) as {error: {code: string; message: string}};
  expect([reply.status, error.code]).toEqual([400, 'body']);
  expect(error.message).toMatch(sentence);
});
