import {once} from 'node:events';
import {mkdtemp, readFile, rm, writeFile} from 'node:fs/promises';
import {connect, createServer, type Server, type Socket} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {KubeConfig, loadAllYaml, RbacAuthorizationV1Api} from '@kubernetes/client-node';
import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi} from 'vitest';
import {engines} from '../../engines/index.ts';
import {fetchText} from '../../http/fetch-text.ts';
import {projectRoot} from '../../root.ts';
import type {Stack} from '../stack.ts';
import {type AttachServicesOptions, attachToServices} from './attach-services.ts';
import {readInPod} from './pod-command.ts';
import {findService, PodTarget} from './pod-target.ts';
import {startEngine, type TestEngine} from './test-engine.ts';

let engine: TestEngine;
let folder: string;
let open: AsyncDisposableStack;
let lines: string[];

beforeAll(async () => {
  engine = await startEngine();
  await onePodReady();
}, 90_000);
afterAll(() => engine?.[Symbol.asyncDispose]());
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cutover-attach-'));
  open = new AsyncDisposableStack();
  lines = [];
});
afterEach(async () => {
  await open.disposeAsync();
  await rm(folder, {recursive: true});
});

const within = {timeout: 60_000, interval: 100};

const onePodReady = async (): Promise<string> =>
  vi.waitUntil(async () => {
    const [pod, ...others] = await engine.pods();
    return others.length === 0 && pod?.ready && pod.name;
  }, within) as Promise<string>;

const options = (port: string, changes: Partial<AttachServicesOptions> = {}): AttachServicesOptions => ({
  engine: engines.sglang,
  targets: [{role: 'chat', url: `k8s://${engine.namespace}/sglang:${port}`}],
  models: {},
  signal: new AbortController().signal,
  onLine: line => lines.push(line),
  choice: {},
  folder,
  ...changes,
});

const attach = async (...of: Parameters<typeof options>): Promise<Stack> =>
  open.use(await attachToServices(options(...of)));

const status = async (url: string): Promise<number> =>
  (await fetchText(`${url}/v1/models`, {timeoutMs: 60_000})).status;

describe('a service of a cluster', () => {
  test('is measured through a port of this machine, with all that the cluster knows of it', async () => {
    const pod = await onePodReady();
    const stack = await attach('web');
    const [server] = stack.servers;
    expect(stack).toMatchObject({runtime: 'attach', evidence: 'simulated'});
    expect(server).toMatchObject({
      role: 'chat',
      url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
      insideUrl: expect.stringMatching(/^http:\/\/10\.\d+\.\d+\.\d+:30000$/),
      command: expect.arrayContaining(['--enable-metrics', '--api-key', '***']),
      container: {image: 'docker.io/local/cutover-test-engine:1', imageId: expect.stringMatching(/^sha256:/)},
      kubernetes: {
        ...{namespace: engine.namespace, service: 'sglang', port: 80},
        pods: [{name: pod, container: 'engine', restarts: 0, node: {name: 'kubebox', kernel: expect.any(String)}}],
        forward: {kept: {n: expect.any(Number)}, anew: {n: expect.any(Number)}, inside: {n: 700}},
      },
    });
    expect(server?.kubernetes?.pods[0]?.events.map(({reason}) => reason)).toContain('Started');
    expect(stack.endpoint('chat').insideUrl).toBe(server?.insideUrl);

    // By a pod's own cards, which end with whoever looked at them.
    expect(await stack.nvidiaSmi?.read(['--query-gpu=memory.used'])).toBe('4096\n');
    const rows = Promise.withResolvers<void>();
    let seen = 0;
    const following = await stack.nvidiaSmi?.follow(['--query-gpu=memory.used', '--format=csv', '-lms', '200'], () => {
      seen += 1;
      if (seen === 3) rows.resolve();
    });
    await rows.promise;
    await following?.[Symbol.asyncDispose]();
    const place = {namespace: engine.namespace, pod, container: 'engine'};
    expect(await readInPod(engine.cluster, place, ['ps'], 10_000)).not.toContain('nvidia-smi --'); // alive, with its words

    // Many connections at a time, each with bytes of its own in both directions.
    const texts = Array.from({length: 40}, (_, index) => `${index} `.repeat(2000 + index));
    const counts = await Promise.all(
      texts.map(async prompt => {
        const json = {model: 'simulated-model', prompt};
        const {body} = await fetchText(`${server?.url}/tokenize`, {method: 'POST', json, timeoutMs: 30_000});
        return JSON.parse(body).count;
      }),
    );
    expect(new Set(counts).size).toBeGreaterThan(20);

    const watch = await stack.watch?.();
    expect((await watch?.end())?.filter(({code}) => code !== 'forward-lag')).toEqual([]);
    await stack.stop();
    await expect(status(server?.url ?? '')).rejects.toThrow('ECONNREFUSED');
  }, 60_000);

  test('restarts its container in the middle: told with the reason, and served on through the same port', async () => {
    await onePodReady();
    const stack = await attach('80');
    const [server] = stack.servers;
    const watch = await stack.watch?.();
    const before = (await engine.pods())[0]?.restarts ?? 0;
    await fetchText(`${server?.url}/eat-memory`, {method: 'POST', timeoutMs: 30_000}).catch(() => {}); // it may die first
    await vi.waitUntil(async () => ((await engine.pods())[0]?.restarts ?? 0) > before, within);
    const [finding] = (await watch?.end()) ?? [];
    expect(finding).toMatchObject({code: 'server-restarted', severity: 'void'});
    expect(finding?.message).toMatch(
      /container engine of pod .* was started anew or ended \((\w+, exit code 137 at 20|\w+: )/,
    );
    expect(await status(server?.url ?? '')).toBe(200); // the end waited for it
    expect(stack.died.aborted).toBe(false);
    await stack.stop();
    expect(await readFile(join(folder, 'chat.log'), 'utf8')).toContain('The server is fired up');
  }, 90_000);

  test('whose pod is replaced by another is served on by that one, and the trial is told', async () => {
    const pod = await onePodReady();
    const stack = await attach('web');
    const [server] = stack.servers;
    const watch = await stack.watch?.();
    await engine.deletePod(pod);
    // Another one is looked for when a request comes, and until it ends the old one answers too.
    const answered = () => status(server?.url ?? '').catch(() => null);
    const replaced = () => lines.some(line => line.startsWith(`Pod ${pod} is gone; requests go to sglang-`));
    expect(await vi.waitUntil(async () => (await answered()) !== null && replaced(), within)).toBe(true);
    expect(await answered()).toBe(200);
    const [finding] = (await watch?.end()) ?? [];
    expect(finding).toMatchObject({code: 'server-restarted', severity: 'void'});
    expect(finding?.message).toContain(`pod ${engine.namespace}/${pod}`);
    expect(stack.died.aborted).toBe(false);
    const other = await onePodReady();
    expect(server?.kubernetes?.pods.map(({name}) => name)).toEqual([pod, other]);
    const {items} = await engine.cluster.core.listNamespacedPod({namespace: engine.namespace});
    const ip = items.find(({metadata}) => metadata?.name === other)?.status?.podIP;
    expect(stack.endpoint('chat').insideUrl).toBe(`http://${ip}:30000`);
    expect(server?.kubernetes?.insideUrl).toBe(`http://${ip}:30000`);
    expect((await stack.stop()).findings).toContainEqual(
      expect.objectContaining({code: 'pod-replaced', message: expect.stringContaining(`${pod}, then to ${other}`)}),
    );
    const log = await readFile(join(folder, 'chat.log'), 'utf8');
    expect(log).toContain('environment HF_TOKEN=***');
    expect(log).not.toContain('sesame');
  }, 90_000);

  test('whose pod is replaced by one of another command ends the run, with what it was and what it became', async () => {
    await onePodReady();
    const stack = await attach('web');
    const watch = await stack.watch?.();
    await engine.rollOut('--enable-mixed-chunk');
    const before = stack.servers[0]?.kubernetes?.pods[0]?.name;
    await vi.waitUntil(async () => (await onePodReady()) !== before, within);
    expect(await vi.waitUntil(() => status(stack.servers[0]?.url ?? '').catch(() => null), within)).toBe(200);
    expect(await watch?.end()).toContainEqual(expect.objectContaining({code: 'server-restarted', severity: 'void'}));
    expect(stack.died.reason).toMatchObject({
      code: 'ENGINE_DIED',
      message: expect.stringMatching(
        /is not the server that was attached to: command "node .* --api-key \*\*\*" became "node .* --enable-mixed-chunk"/,
      ),
    });
    expect(stack.servers[0]?.kubernetes?.pods).toHaveLength(1);
    await engine.rollOut(null);
    await onePodReady();
  }, 90_000);

  test('that has no such port, no pod, or is not there, is refused with what there is; and has died when its last pod is gone', async () => {
    await onePodReady();
    await expect(attach('8000')).rejects.toMatchObject({
      code: 'ENGINE_UNREACHABLE',
      message: `k8s://${engine.namespace}/sglang:8000: the service has no port 8000, only 80 (web)`,
      hint: `Write k8s://${engine.namespace}/sglang:80.`,
    });
    const elsewhere = [{role: null, url: `k8s://${engine.namespace}/vllm:80`}];
    await expect(attach('80', {targets: elsewhere})).rejects.toMatchObject({
      code: 'ENGINE_UNREACHABLE',
      message: expect.stringContaining(`There is no service vllm in namespace ${engine.namespace}`),
    });
    const address = {namespace: engine.namespace, service: 'sglang', port: '80'};
    const {cluster} = engine;
    const first = await findService(cluster, address);
    const target = new PodTarget({
      ...{cluster, address, first, graceMs: 500},
      onLine: line => lines.push(line),
      signal: new AbortController().signal,
    });
    await target.look();
    const over = new AbortController();
    const hurried = new PodTarget({...{cluster, address, first, startMs: 0}, onLine: () => {}, signal: over.signal});
    expect((await hurried.untilReady()).metadata?.name).toBe(first.pods[0].name);
    await engine.scale(0);
    await expect(
      vi.waitUntil(
        () =>
          hurried.untilReady().then(
            () => null,
            thrown => thrown,
          ),
        within,
      ),
    ).resolves.toMatchObject({
      code: 'ENGINE_DIED',
      message: expect.stringContaining('not ready within 0 s'),
    });
    over.abort();
    await expect(hurried.untilReady()).rejects.toMatchObject({code: 'INTERRUPTED'});
    const died = vi.waitUntil(
      () =>
        target.look().then(
          () => null,
          (thrown: unknown) => thrown,
        ),
      within,
    );
    await expect(died).resolves.toMatchObject({
      code: 'ENGINE_DIED',
      message: expect.stringMatching(/sglang:80: pod sglang-.* is gone.*, and no other was ready within 0\.5 s/),
    });
    expect(target.died.aborted).toBe(true);
    await vi.waitUntil(async () => (await engine.pods()).length === 0, within);
    const refused = vi.waitUntil(
      () =>
        attach('80').then(
          () => null,
          thrown => thrown,
        ),
      within,
    );
    await expect(refused).resolves.toMatchObject({
      code: 'ENGINE_UNREACHABLE',
      message: expect.stringMatching(/sglang:80 has no pod that is ready/),
    });
    await engine.scale(1);
    await onePodReady();
  }, 90_000);
});

/** A way to the API server that can be cut, as one that is started anew is. */
const cuttable = async (server: string) => {
  const {hostname, port} = new URL(server);
  const sockets = new Set<Socket>();
  let away = false;
  const relay: Server = createServer(from => {
    if (away) return void from.resetAndDestroy();
    const to = connect(Number(port), hostname);
    for (const [one, other] of [[from, to] as const, [to, from] as const]) {
      sockets.add(one);
      one.on('error', () => {}).on('close', () => other.destroy());
      one.pipe(other);
    }
  }).listen(0, '127.0.0.1');
  await once(relay, 'listening');
  open.defer(() => void relay.close());
  return {
    port: (relay.address() as {port: number}).port,
    cut() {
      away = true;
      for (const socket of sockets) socket.destroy();
    },
    mend() {
      away = false;
    },
  };
};

test('the role of the manifest is enough to attach, and the least: without a port-forward it is refused with the manifest', async () => {
  await onePodReady();
  const {namespace, cluster} = engine;
  const {core, config} = cluster;
  const rbac = config.makeApiClient(RbacAuthorizationV1Api);
  const [account, role, binding] = loadAllYaml(
    await readFile(join(projectRoot, 'docker/kubernetes/attach-role.yaml'), 'utf8'),
  );
  await core.createNamespacedServiceAccount({namespace, body: account});
  await rbac.createNamespacedRole({namespace, body: role});
  await rbac.createNamespacedRoleBinding({namespace, body: binding});
  const name = 'cutover-attach';
  const request = {name, namespace, body: {spec: {audiences: []}}};
  const {status: issued} = await core.createNamespacedServiceAccountToken(request);
  const asAccount = new KubeConfig();
  asAccount.loadFromClusterAndUser(config.getCurrentCluster() as never, {name, token: issued?.token ?? ''} as never);
  const kubeconfig = join(folder, 'kubeconfig');
  await writeFile(kubeconfig, asAccount.exportConfig());
  const stack = await attach('web', {choice: {kubeconfig}});
  const [server] = stack.servers;
  expect(await stack.nvidiaSmi?.read(['-L'])).toContain('H100');
  expect(server?.kubernetes?.forward.inside?.n).toBeGreaterThan(0);
  // Nodes are the whole cluster's, and no role of one namespace lets them be read.
  expect(server?.kubernetes?.pods[0]?.node).toMatchObject({name: 'kubebox', kernel: null, cpus: null});
  expect((await (await stack.watch?.())?.end())?.filter(({code}) => code !== 'forward-lag')).toEqual([]);

  const rules = role.rules.filter((rule: {resources: string[]}) => !rule.resources.includes('pods/portforward'));
  await rbac.replaceNamespacedRole({name, namespace, body: {...role, rules}});
  const refused = vi.waitUntil(
    () =>
      attach('web', {choice: {kubeconfig}}).then(
        () => null,
        thrown => thrown,
      ),
    within,
  );
  await expect(refused).resolves.toMatchObject({
    code: 'KUBERNETES_REFUSED',
    message: expect.stringContaining('no pods/portforward for this user (HTTP status 403)'),
    hint: expect.stringContaining('docker/kubernetes/attach-role.yaml'),
  });
}, 60_000);

test('an API server that is away for a while loses what was on its way, and nothing that is sent meanwhile', async () => {
  await onePodReady();
  const {config} = engine.cluster;
  const way = await cuttable(config.getCurrentCluster()?.server ?? '');
  const kubeconfig = join(folder, 'kubeconfig');
  const direct = config.getCurrentCluster()?.server ?? '';
  await writeFile(kubeconfig, config.exportConfig().replaceAll(direct, `https://127.0.0.1:${way.port}`));
  const stack = await attach('web', {choice: {kubeconfig}});
  const url = stack.servers[0]?.url ?? '';
  const watch = await stack.watch?.();
  const json = {model: 'simulated-model', messages: [{role: 'user', content: 'hello'}], max_tokens: 5000};
  const lost = fetchText(`${url}/v1/chat/completions`, {method: 'POST', json, timeoutMs: 60_000});
  const broken = expect(lost).rejects.toThrow(/ECONNRESET|socket hang up/);
  await vi.waitUntil(async () => /running_reqs\S* 1/.test(await metrics(url)), within);
  way.cut();
  await broken;
  const waiting = status(url);
  const ended = watch?.end();
  way.mend();
  expect(await waiting).toBe(200);
  expect((await ended)?.filter(({code}) => code !== 'forward-lag')).toEqual([]);
  expect(stack.died.aborted).toBe(false);
}, 60_000);

const metrics = async (url: string): Promise<string> => (await fetchText(`${url}/metrics`, {timeoutMs: 10_000})).body;
