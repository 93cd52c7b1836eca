import {once} from 'node:events';
import {chmod, mkdir, writeFile} from 'node:fs/promises';
import {createServer} from 'node:http';
import {userInfo} from 'node:os';
import {delimiter, join} from 'node:path';
import {setTimeout as delay} from 'node:timers/promises';
import {execa} from 'execa';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {temporaryFolder} from '../../../records/test-folder.ts';
import {freePort} from '../../free-port.ts';
import {startProgram} from '../test-program.ts';
import {connectDocker} from './host.ts';

const never = new AbortController().signal;
const resources = new AsyncDisposableStack();
const me = userInfo().username;
let folder = '';
let sshPort = 0;

/** A real sshd on loopback that knows one key, and a folder with an ssh that uses it instead of this user's configuration. */
beforeAll(async () => {
  folder = resources.use(await temporaryFolder()).path;
  sshPort = await freePort();
  for (const name of ['host_key', 'key', 'stranger_key'])
    await execa('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder, name)]);
  await mkdir('/run/sshd', {recursive: true}); // where Debian's sshd locks itself in before anybody has logged in
  const settings = [
    `HostKey ${folder}/host_key`,
    `AuthorizedKeysFile ${folder}/key.pub`,
    'PidFile none',
    'StrictModes no', // the folder lies below /tmp
    'UsePAM no',
    'PermitRootLogin yes',
    'PasswordAuthentication no',
  ];
  await writeFile(join(folder, 'sshd_config'), `${settings.join('\n')}\n`);
  const listen = ['-o', `ListenAddress=127.0.0.1:${sshPort}`];
  const command = ['/usr/sbin/sshd', '-D', '-e', '-f', join(folder, 'sshd_config'), ...listen];
  resources.use(await startProgram(command, sshPort, join(folder, 'sshd.log')));
  await sshWith('good', 'key', 'no');
  await sshWith('stranger', 'stranger_key', 'no');
  await sshWith('careful', 'key', 'yes');
});
afterAll(() => resources.disposeAsync());

/** The port of its LocalForward is taken, as by another ssh of the same user. */
const sshWith = async (name: string, key: string, hostKeyChecking: 'yes' | 'no') => {
  const bin = join(folder, name);
  await mkdir(bin);
  const own = `IdentityFile ${folder}/${key}\nIdentitiesOnly yes\nLocalForward 127.0.0.1:${sshPort} 127.0.0.1:1\nUserKnownHostsFile ${bin}/known_hosts\nStrictHostKeyChecking ${hostKeyChecking}\n`;
  await writeFile(join(bin, 'config'), own);
  await writeFile(join(bin, 'ssh'), `#!/bin/sh\nexec /usr/bin/ssh -F ${bin}/config "$@"\n`);
  await chmod(join(bin, 'ssh'), 0o755);
};

const connect = (ssh: string, path = '', port = sshPort, signal = never) =>
  connectDocker(
    {
      DOCKER_HOST: `ssh://${me}@127.0.0.1:${port}${path}`,
      PATH: [join(folder, ssh), process.env.PATH].join(delimiter),
    },
    signal,
  );

const failure = (...words: Parameters<typeof connect>) =>
  connect(...words).then(
    () => 'connected',
    (thrown: unknown) => thrown,
  );

/** Of the processes that this test's ssh started, those that still run. */
const sshProcesses = async () => {
  const {stdout} = await execa('ps', ['-eo', 'args'], {reject: false});
  return stdout.split('\n').filter(line => line.startsWith(`/usr/bin/ssh -F ${folder}`));
};

describe('an engine behind ssh', () => {
  test('answers, its published ports are forwarded, and nothing of ssh is left afterwards', async () => {
    const web = createServer((_, response) => response.end('served')).listen(0, '127.0.0.1');
    await once(web, 'listening');
    const address = web.address();
    const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
    try {
      await using host = await connect('good');
      expect(host).toMatchObject({name: `ssh://${me}@127.0.0.1:${sshPort} (DOCKER_HOST)`, local: false});
      expect((await host.docker.info()).OSType).toBe('linux');
      const origin = await host.reach('127.0.0.1', port);
      expect(origin).not.toContain(`:${port}`);
      expect(await (await fetch(origin)).text()).toBe('served');
      expect(await host.reach('0.0.0.0', port)).not.toBe(origin);
      expect(await sshProcesses()).toHaveLength(1);
    } finally {
      web.closeAllConnections();
      web.close();
    }
    expect(await sshProcesses()).toEqual([]);
  });

  test('is left by ssh when the harness is killed', async () => {
    const host = new URL('./host.ts', import.meta.url).href;
    const script = `const {connectDocker} = await import(${JSON.stringify(host)});
      globalThis.host = await connectDocker(process.env, new AbortController().signal);
      console.log('connected');
      setInterval(() => {}, 1000);`;
    const harness = execa(process.execPath, ['--input-type=module', '-e', script], {
      env: {
        DOCKER_HOST: `ssh://${me}@127.0.0.1:${sshPort}`,
        PATH: [join(folder, 'good'), process.env.PATH].join(delimiter),
        TMPDIR: folder, // a killed harness leaves its folder
      },
      reject: false,
    });
    await once(harness.stdout, 'data');
    expect(await sshProcesses()).toHaveLength(1);
    harness.kill('SIGKILL');
    await harness;
    while ((await sshProcesses()).length > 0) await delay(50);
  });
});

describe('what goes wrong with ssh', () => {
  test('a key that is not known there', async () => {
    expect(await failure('stranger')).toMatchObject({
      code: 'DOCKER_UNREACHABLE',
      message: `Docker on ${me}@127.0.0.1 cannot be reached through ssh: ssh ended`,
      hint: expect.stringContaining(`ssh-copy-id -p ${sshPort} ${me}@127.0.0.1`),
      logTail: expect.arrayContaining([expect.stringContaining('Permission denied (publickey')]),
    });
  });

  test('a host key that nobody has accepted', async () => {
    expect(await failure('careful')).toMatchObject({hint: expect.stringContaining('accept the host key')});
  });

  test('no sshd', async () => {
    expect(await failure('good', '', await freePort())).toMatchObject({
      hint: expect.stringContaining('Check that sshd runs there'),
    });
  });

  test('no engine on the socket there', async () => {
    expect(await failure('good', '/nowhere/docker.sock')).toMatchObject({
      code: 'DOCKER_UNREACHABLE',
      hint: expect.stringContaining('Check that Docker runs there'),
    });
  });

  test('no ssh here', async () => {
    const environment = {DOCKER_HOST: `ssh://${me}@127.0.0.1:${sshPort}`, PATH: '/nowhere'};
    await expect(connectDocker(environment, never)).rejects.toMatchObject({
      code: 'DOCKER_UNREACHABLE',
      hint: expect.stringContaining('Install the OpenSSH client'),
    });
  });

  test('an interruption ends ssh', async () => {
    const interrupt = new AbortController();
    const connecting = failure('good', '', sshPort, interrupt.signal);
    interrupt.abort();
    expect(await connecting).toMatchObject({code: 'INTERRUPTED'});
    expect(await sshProcesses()).toEqual([]);
  });
});
