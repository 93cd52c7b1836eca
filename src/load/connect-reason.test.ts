import {execFile} from 'node:child_process';
import {join} from 'node:path';
import {promisify} from 'node:util';
import {expect, test} from 'vitest';
import {projectRoot} from '../root.ts';
import {connectReason} from './connect-reason.ts';
import {reply, startTestServer} from './test-server.ts';

const failing = (code: string, message = `connect ${code} 127.0.0.1:8000`) => Object.assign(new Error(message), {code});

test.each(['EMFILE', 'ENFILE', 'EADDRNOTAVAIL'])('%s names itself, a limit of the machine and what to do', code => {
  const reason = connectReason(failing(code));
  expect(reason).toContain(`(${code})`);
  expect(reason).toMatch(/ulimit -n|sysctl -w/);
  expect(reason).toContain('lower the concurrency');
});

test('any other reason is told as it is', () => {
  expect(connectReason(failing('ECONNREFUSED'))).toBe('connect ECONNREFUSED 127.0.0.1:8000');
  expect(connectReason(failing('ECONNREFUSED', ''))).toBe('ECONNREFUSED'); // of several addresses
});

/** Opens and uses more connections than the process may have, and prints what became of them. */
const program = (transport: string, url: string) => `
  const {${transport}} = await import(${JSON.stringify(join(projectRoot, 'src', 'load'))} + '/${transport === 'netTransport' ? 'net' : 'undici'}-transport.ts');
  const client = ${transport}(${JSON.stringify(url)}, performance);
  await client.open(100);
  const {connectionsOpened, connectionsRefused} = client;
  const sent = Array.from({length: 100}, () => new Promise(resolve => client.send(
    {method: 'GET', path: '/', headers: {}, body: Buffer.alloc(0)},
    {onSent() {}, onHead() {}, onBytes() {}, onEnd: () => resolve(null), onError: resolve},
  )));
  const failures = (await Promise.all(sent)).filter(error => error !== null);
  console.log(JSON.stringify({connectionsOpened, connectionsRefused, failures: failures.length, failure: failures[0]}));
  await client.close();
`;

test.each(['netTransport', 'undiciTransport'])(
  'a process that may open no more files counts the connections that %s did not get, and names its limit',
  async transport => {
    await using server = await startTestServer(({socket}) => socket.write(reply('x')));
    const node = `exec "${process.execPath}" --input-type=module -e "$PROGRAM"`;
    const {stdout} = await promisify(execFile)('sh', ['-c', `ulimit -n 80 && ${node}`], {
      env: {...process.env, PROGRAM: program(transport, server.url)},
    });
    const {connectionsOpened, connectionsRefused, failures, failure} = JSON.parse(stdout);
    expect(connectionsOpened).toBeGreaterThan(0);
    expect(connectionsOpened + connectionsRefused).toBe(100);
    expect(failures).toBeGreaterThan(0);
    expect(failure).toEqual({kind: 'connect', message: expect.stringMatching(/EMFILE.*limit is 80 open.*ulimit -n/)});
  },
);
