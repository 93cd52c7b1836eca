import {once} from 'node:events';
import {connect} from 'node:net';
import {expect, test} from 'vitest';
import {engines} from '../engines/index.ts';
import {serveControl} from './control.ts';
import {KeptStack} from './kept-stack.ts';
import {VramHogs} from './vram-hog.ts';

test('a strike that waits for a server does not hold up the end of a keeper, and neither does half a question', async () => {
  const kept = new KeptStack({
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
