import {once} from 'node:events';
import {writeFile} from 'node:fs/promises';
import {createServer as createHttpServer} from 'node:http';
import {createServer, type Server} from 'node:net';
import {join} from 'node:path';
import {afterEach, describe, expect, test} from 'vitest';
import {temporaryFolder} from '../../../records/test-folder.ts';
import {freePort} from '../../free-port.ts';
import {connectDocker} from './host.ts';
import {unreachable} from './problem.ts';

const never = new AbortController().signal;
let server: Server | undefined;

afterEach(() => {
  server?.close();
  server = undefined;
});

/** The address of a server on a port of its own. */
const listening = async (made: Server): Promise<string> => {
  server = made.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return typeof address === 'object' ? `tcp://127.0.0.1:${address?.port}` : '';
};

const failure = async (DOCKER_HOST: string, limitMs = 15_000): Promise<unknown> => {
  try {
    await using _ = await connectDocker({DOCKER_HOST}, never, {limitMs});
    return 'connected';
  } catch (thrown) {
    return thrown;
  }
};

describe('an engine that answers', () => {
  test('is spoken to through its socket, and is of this machine', async () => {
    await using folder = await temporaryFolder();
    await using host = await connectDocker({HOME: folder.path}, never);
    expect(host).toMatchObject({name: 'unix:///var/run/docker.sock (the default)', local: true});
    expect((await host.docker.info()).OSType).toBe('linux');
    expect(await host.reach('127.0.0.1', 8000)).toBe('http://127.0.0.1:8000');
  });

  test('is not looked for where the environment of this process says', async () => {
    process.env.DOCKER_HOST = 'tcp://127.0.0.1:1';
    try {
      await using folder = await temporaryFolder();
      await using host = await connectDocker({HOME: folder.path}, never);
      expect(host.name).toBe('unix:///var/run/docker.sock (the default)');
    } finally {
      delete process.env.DOCKER_HOST;
    }
  });
});

describe('an engine that does not answer', () => {
  test('no socket', async () => {
    expect(await failure('unix:///nowhere/docker.sock')).toMatchObject({
      code: 'DOCKER_UNREACHABLE',
      exitCode: 11,
      message:
        'Docker at unix:///nowhere/docker.sock (DOCKER_HOST) cannot be reached: there is no such socket (connect ENOENT /nowhere/docker.sock)',
      hint: expect.stringContaining('sudo systemctl start docker'),
    });
  });

  test('a file that is no socket', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'docker.sock');
    await writeFile(path, '');
    expect(await failure(`unix://${path}`)).toMatchObject({
      message: expect.stringContaining('the socket is there and no engine listens on it'),
    });
  });

  test('a socket of somebody else', () => {
    // As root, which CI is, no socket refuses: this is the error that everybody else gets.
    const refused = Object.assign(new Error('connect EACCES /var/run/docker.sock'), {code: 'EACCES'});
    const address = {kind: 'socket', path: '/var/run/docker.sock'} as const;
    expect(unreachable({address, tls: null, name: 'unix:///var/run/docker.sock (the default)'}, refused)).toMatchObject(
      {
        message: expect.stringContaining('permission denied'),
        hint: expect.stringMatching(/docker group.*usermod.*sudo/),
      },
    );
  });

  test('a port on which nobody listens', async () => {
    const port = await freePort();
    expect(await failure(`tcp://127.0.0.1:${port}`)).toMatchObject({
      message: expect.stringContaining('nothing listens on that port'),
      hint: expect.stringContaining('2376'),
    });
  });

  test('a machine that nobody knows', async () => {
    expect(await failure('tcp://no-such-machine.invalid:2375')).toMatchObject({
      message: expect.stringContaining('the host name is not known'),
    });
  });

  test('a port that accepts and says nothing', async () => {
    expect(await failure(await listening(createServer(() => {})), 100)).toMatchObject({
      code: 'DOCKER_UNREACHABLE',
      message: expect.stringContaining('no answer within 100 ms'),
    });
  });

  test('a port that hangs up', async () => {
    expect(await failure(await listening(createServer(socket => socket.destroy())))).toMatchObject({
      message: expect.stringContaining('closed the connection without an answer'),
    });
  });

  test('an engine from before GPUs', async () => {
    const old = createHttpServer((_, response) => response.end('{"Version": "18.09.9", "ApiVersion": "1.39"}'));
    expect(await failure(await listening(old))).toMatchObject({
      message: expect.stringContaining('Docker 18.09.9'),
      hint: expect.stringContaining('Docker 19.03'),
    });
  });

  test.each([
    {status: 200, body: '<html>', hint: /no ApiVersion/},
    {status: 404, body: '<html>', hint: /HTTP status 404/},
    {status: 404, body: '{"message": "Not Found"}', hint: /HTTP status 404/},
    {status: 502, body: 'Bad Gateway', hint: /HTTP status 502/},
  ])('a web server that answers $status $body', async ({status, body, hint}) => {
    const web = createHttpServer((_, response) => response.writeHead(status).end(body));
    expect(await failure(await listening(web))).toMatchObject({
      code: 'DOCKER_UNREACHABLE',
      message: expect.stringMatching(/^tcp:.* answers, and not as a Docker engine does$/),
      hint: expect.stringMatching(hint),
    });
  });

  test('an engine in trouble, in its own words', async () => {
    const ill = createHttpServer((_, response) => response.writeHead(503).end('{"message": "shutting down"}'));
    expect(await failure(await listening(ill))).toMatchObject({message: expect.stringContaining('shutting down')});
  });

  test('is not waited for after an interruption', async () => {
    const address = await listening(createServer(() => {}));
    const interrupt = new AbortController();
    const connecting = connectDocker({DOCKER_HOST: address}, interrupt.signal);
    interrupt.abort();
    await expect(connecting).rejects.toMatchObject({code: 'INTERRUPTED'});
  });
});
