import {once} from 'node:events';
import {chmod, writeFile} from 'node:fs/promises';
import {createServer} from 'node:http';
import type {AddressInfo} from 'node:net';
import {delimiter, join} from 'node:path';
import {afterEach, beforeEach, describe, expect, test} from 'vitest';
import {temporaryFolder} from '../../records/test-folder.ts';
import {connectKubernetes} from '../connect.ts';
import {chooseConfig} from './choose-config.ts';
import {mergeKubeconfigs} from './kubeconfig.ts';
import {proxyFor} from './proxy.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(() => folder[Symbol.asyncDispose]());

const write = async (name: string, text: string) => {
  const path = join(folder.path, name);
  await writeFile(path, text);
  return path;
};

const config = (name: string, {server = `https://${name}.example:6443`, user = '{}', namespace = ''} = {}) => `
clusters: [{name: ${name}, cluster: {server: "${server}"}}]
users: [{name: ${name}, user: ${user}}]
contexts: [{name: ${name}, context: {cluster: ${name}, user: ${name}${namespace ? `, namespace: ${namespace}` : ''}}}]
current-context: ${name}
`;

describe('several kubeconfigs', () => {
  test('are one, of which the first thing of a name counts, with paths relative to each file', () => {
    const text = (server: string, user: string) => config('lab', {server, user}).replaceAll('\n\n', '\n');
    const merged = mergeKubeconfigs([
      {path: '/a/config', text: text('https://first', '{client-key: keys/a.pem, tokenFile: /t}')},
      {path: '/b/config', text: `${text('https://second', '{exec: {command: ./bin/log-in}}')}\npreferences: {}`},
      {
        path: '/c/config',
        text: config('other', {user: '{exec: {command: log-in, apiVersion: v1, env: [{name: A, value: b}]}}'}),
      },
      {path: '/d/config', text: ''},
    ]);
    expect(merged.clusters.map(({name, cluster}) => `${name} ${cluster.server}`).toSorted()).toEqual([
      'lab https://first',
      'other https://other.example:6443',
    ]);
    expect(merged['current-context']).toBe('lab');
    expect(merged.users.find(({name}) => name === 'lab')?.user).toMatchObject({
      'client-key': '/a/keys/a.pem',
      'auth-provider': {name: 'tokenFile', config: {tokenFile: '/t'}},
    });
    expect(merged.users.find(({name}) => name === 'other')?.user.exec).toMatchObject({
      command: 'log-in',
      env: [
        {name: 'KUBERNETES_EXEC_INFO', value: expect.stringContaining('"apiVersion":"v1"')},
        {name: 'A', value: 'b'},
      ],
    });
  });

  test('that are damaged are named, and nothing of them is quoted', () => {
    const read = (text: string) => () => mergeKubeconfigs([{path: '/a/config', text}]);
    expect(read('users: [{name: a, user: {token: canary}')).toThrow(
      /^The kubeconfig \/a\/config cannot be used: (?!.*canary)/,
    );
    expect(read('clusters: [{name: a, cluster: {server: here}}]')).toThrow(/clusters\.0\.cluster\.server/);
  });
});

describe('the cluster that is meant', () => {
  test('is the one that kubectl would take: a named file, KUBECONFIG of which some are missing, or ~/.kube/config', async () => {
    const [one, two] = [await write('one', config('one', {namespace: 'mine'})), await write('two', config('two'))];
    const KUBECONFIG = [join(folder.path, 'missing'), one, two].join(delimiter);
    expect(await chooseConfig({}, {KUBECONFIG})).toMatchObject({
      name: 'https://one.example:6443 (context one)',
      namespace: 'mine',
    });
    expect(await chooseConfig({context: 'two', namespace: 'other'}, {KUBECONFIG})).toMatchObject({
      name: 'https://two.example:6443 (context two)',
      namespace: 'other',
    });
    expect((await chooseConfig({kubeconfig: two}, {KUBECONFIG})).namespace).toBe('default');
    const chosen = chooseConfig({context: 'three'}, {KUBECONFIG});
    await expect(chosen).rejects.toMatchObject({
      code: 'KUBERNETES_UNREACHABLE',
      message: `There is no context three in ${one}, ${two}`,
      hint: expect.stringContaining('There are: two, one.'),
    });
    await expect(chooseConfig({}, {HOME: folder.path})).rejects.toThrow(
      /^There is no kubeconfig in .*\.kube\/config, and this is no pod/,
    );
    await expect(chooseConfig({kubeconfig: join(folder.path, 'missing')}, {})).rejects.toThrow(
      /^The kubeconfig \S+missing cannot be read: ENOENT: no such file or directory$/,
    );
    const incomplete = await write('incomplete', config('one').replace('users: [{name: one', 'users: [{name: two'));
    await expect(chooseConfig({kubeconfig: incomplete}, {})).rejects.toThrow(
      'Context one names the user one, which is not in',
    );
  });

  test('goes through its own proxy, else through that of the environment', async () => {
    const kubeconfig = await write('one', config('one'));
    const proxied = async (environment: NodeJS.ProcessEnv) =>
      (await chooseConfig({kubeconfig}, environment)).config.getCurrentCluster()?.proxyUrl;
    expect(await proxied({HTTPS_PROXY: 'proxy:3128'})).toBe('http://proxy:3128');
    expect(await proxied({HTTPS_PROXY: 'http://proxy:3128', NO_PROXY: '.example'})).toBeUndefined();
  });

  test.each([
    ['https://10.1.2.3:6443', '10.1.0.0/16', null],
    ['https://10.1.2.3:6443', '10.2.0.0/16', 'http://p'],
    ['https://10.1.2.3:6443', '10.1.2.3', null],
    ['https://api.lab.example', 'lab.example', null],
    ['https://lab.example', '.lab.example', 'http://p'],
    ['https://notlab.example', 'lab.example', 'http://p'],
    ['https://[fd00::7]:6443', 'fd00::/8', null],
    ['https://127.0.0.1:6443', '', null],
    ['https://api', '*', null],
    ['http://api', '', null],
  ])('%s with NO_PROXY=%s goes through %s', (server, noProxy, proxy) => {
    expect(proxyFor(server, {HTTPS_PROXY: 'http://p', NO_PROXY: noProxy})).toBe(proxy);
  });
});

describe('a cluster that cannot be reached', () => {
  const said = async (more: Parameters<typeof config>[1], options = {}) => {
    const kubeconfig = await write('config', config('lab', more));
    return connectKubernetes({kubeconfig, environment: {}, limitMs: 2000, ...options}).catch(
      (thrown: unknown) => thrown,
    );
  };

  test('is named with the reason and the fix', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const at = {server: `https://127.0.0.1:${(server.address() as AddressInfo).port}`};
    await new Promise(closed => server.close(closed));
    expect(await said(at)).toMatchObject({
      code: 'KUBERNETES_UNREACHABLE',
      message: expect.stringMatching(
        /^Kubernetes at https:\/\/127\.0\.0\.1:\d+ \(context lab\) cannot be reached: nothing listens on that port/,
      ),
    });
    const stop = AbortSignal.abort();
    expect(await said(at, {signal: stop})).toMatchObject({code: 'INTERRUPTED'});
  });

  test('is told from something else that answers, and from one that does not know the user', async () => {
    const answers: [number, string][] = [
      [404, 'no'],
      [200, '{}'],
      [401, '{"kind":"Status","message":"Unauthorized"}'],
    ];
    const server = createServer((_, response) => {
      const [status, body] = answers.shift() ?? [500, ''];
      response.writeHead(status, {'content-type': 'application/json'}).end(body);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const at = {server: `http://127.0.0.1:${(server.address() as AddressInfo).port}`};
    expect(await said(at)).toMatchObject({message: expect.stringContaining('answers, and not as Kubernetes does')});
    expect(await said(at)).toMatchObject({hint: expect.stringContaining('has no gitVersion')});
    expect(await said(at)).toMatchObject({message: expect.stringContaining('does not accept the credentials of lab')});
    server.close();
  });

  test('or whose credentials cannot be had says whose, and how to get them', async () => {
    expect(await said({user: '{client-certificate: gone.pem}'})).toMatchObject({
      message: expect.stringMatching(/^The credentials of lab for https:.* cannot be read: ENOENT/),
    });
    expect(await said({user: '{exec: {command: log-in-to-nowhere, installHint: Get it there}}'})).toMatchObject({
      message: expect.stringContaining('log-in-to-nowhere, which gives lab credentials for'),
      hint: 'Get it there',
    });
    const plugin = await write('plugin', '#!/bin/sh\necho "your session is over" >&2\nexit 1\n');
    await chmod(plugin, 0o755);
    expect(await said({user: '{exec: {command: ./plugin}}'})).toMatchObject({
      message: expect.stringMatching(/plugin gives lab no credentials for .*: your session is over$/),
    });
  });
});
