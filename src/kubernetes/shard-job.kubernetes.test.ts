import {createHash} from 'node:crypto';
import {setTimeout as delay} from 'node:timers/promises';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import type {CutoverError} from '../errors.ts';
import type {ShardHost, ShardWord} from '../load/shards/shard-host.ts';
import {type ShardJobOptions, startShardJob} from './shard-job.ts';
import {type TestCluster, testCluster} from './test-cluster.ts';
import {busybox, standIn} from './test-stand-in.ts';

const fileBytes = 3_000_000;

let there: TestCluster;
beforeAll(async () => {
  there = await testCluster();
});
afterAll(() => there[Symbol.asyncDispose]());

const start = (more: Partial<ShardJobOptions> = {}) => {
  const lines: string[] = [];
  const hosts = startShardJob({
    cluster: there.cluster,
    runId: '2026-11-22T12-00-00Z-test',
    folder: '/nowhere',
    shards: 1,
    image: busybox,
    pullPolicy: 'Never',
    cpu: '200m',
    memory: '32Mi',
    program: standIn(fileBytes),
    onLine: line => lines.push(line),
    signal: new AbortController().signal,
    ...more,
  });
  return {lines, hosts};
};

const left = async () => {
  const {core, batch, namespace} = there.admin;
  const [pods, jobs] = await Promise.all([core.listNamespacedPod({namespace}), batch.listNamespacedJob({namespace})]);
  return [...pods.items, ...jobs.items].map(({metadata}) => metadata?.name);
};

const clock = {reference: 'peer', offsetMs: 0, errorMs: 0} as const;
const prepare = {kind: 'prepare', load: 0, shard: {} as never} as const;

/** Until somebody has heard enough; all words that it has said, and why no more came. */
const heard = async (host: ShardHost, onWord: (word: ShardWord) => Promise<unknown>) => {
  const words: ShardWord[] = [];
  try {
    for await (const word of host.words()) {
      words.push(word);
      if ((await onWord(word)) === 'enough') break;
    }
  } catch (thrown) {
    return {words, thrown};
  }
  return {words, thrown: null};
};

describe('shards in pods', () => {
  test('do as they are told, speak and send, through an API server that is away twice, for a user with the role alone', async () => {
    // The one node is the one that they would rather not have.
    const {items} = await there.admin.core.listNode();
    const avoidNodes = ['nowhere', items[0]?.metadata?.name ?? ''];
    const {lines, hosts} = start({shards: 3, avoidNodes, nodeSelector: {'kubernetes.io/os': 'linux'}});
    await using started = await hosts;
    expect(started.hosts.map(({name}) => name.replace(/-\w{5}$/, '').at(-1))).toEqual(['0', '1', '2']);

    /** When all three have come so far, the API server is away for a while. */
    const outage = () => {
      let came = 0;
      const over = Promise.withResolvers<void>();
      const meet = async () => {
        if (++came !== 3) return;
        there.relay.cut();
        await delay(1500);
        await there.relay.open();
        over.resolve();
      };
      return {meet, over: over.promise};
    };
    const [working, fetching] = [outage(), outage()];
    const results = await Promise.all(
      started.hosts.map(async host => {
        await host.tell(prepare);
        let digest = '';
        const {words, thrown} = await heard(host, async word => {
          if (word.kind === 'ready') {
            await host.tell({kind: 'start', load: 0, atMs: 0, clock});
            // The pods work on, and what they say meanwhile is heard afterwards.
            void working.meet();
          }
          if (word.kind !== 'done') return;
          await working.over;
          const hash = createHash('sha256');
          let bytes = 0;
          for await (const chunk of host.fetch(word.file.name)) {
            if (bytes === 0) await Promise.race([fetching.meet(), fetching.over]);
            bytes += chunk.length;
            hash.update(chunk);
          }
          digest = `${bytes} ${hash.digest('hex') === word.file.sha256}`;
          return 'enough';
        });
        return {kinds: words.map(({number, kind}) => `${number} ${kind}`), thrown, digest};
      }),
    );
    for (const result of results)
      expect(result).toEqual({kinds: ['0 here', '1 ready', '2 done'], thrown: null, digest: `${fileBytes} true`});
    const said = lines.map(line =>
      line
        .replace(/^.*\)( does not| answers)/, '$1')
        .replace(/\(.*\)/, '')
        .replace(/\d+ s$/, 's'),
    );
    expect(said.slice(0, 2)).toEqual([' does not answer ; waiting up to s', ' answers again, after s']);

    // The pods are removed by a user whose way is cut when the removal begins.
    there.relay.cut();
    const removed = started[Symbol.asyncDispose]();
    await delay(500);
    await there.relay.open();
    await removed;
    expect(await left()).toEqual([]);
  });

  test('that are lost say why: a program that fails, too little memory, a pod that was deleted, one that was evicted', async () => {
    const {hosts} = start({shards: 4});
    await using started = await hosts;
    const [failing, eating, deleted, evicted] = started.hosts as readonly ShardHost[] as [
      ShardHost,
      ShardHost,
      ShardHost,
      ShardHost,
    ];
    const {core, namespace} = there.admin;
    const all = Promise.all(
      started.hosts.map(host =>
        heard(host, async ({kind}) => {
          if (kind !== 'here') return;
          if (host === failing) await host.tell({kind: 'start', load: 13, atMs: 0, clock});
          if (host === eating) await host.tell({kind: 'start', load: 14, atMs: 0, clock});
          const metadata = {name: host.name, namespace};
          if (host === deleted) await core.deleteNamespacedPod(metadata);
          if (host === evicted)
            await core.createNamespacedPodEviction({
              ...metadata,
              body: {apiVersion: 'policy/v1', kind: 'Eviction', metadata},
            });
        }),
      ),
    );
    const thrown = (await all).map(result => result.thrown as CutoverError);
    expect(thrown.map(({code}) => code)).toEqual(Array(4).fill('SHARD_LOST'));
    expect(thrown.map(({message}) => message.replace(/^.*was lost: /, ''))).toEqual([
      'its program ended with exit code 7',
      'it was killed for memory (OOMKilled), with a limit of 32Mi',
      'the pod was deleted',
      // One that is gone before it could be looked at has no reason any more.
      expect.stringMatching(/^EvictionByEvictionAPI: Eviction API: evicting$|^the pod was deleted$/),
    ]);
    expect(thrown[0]?.message).toMatch(/^shard 1 of 4 \(pod cutover-load-2026-11-22t12-00-00z-test-\w{6}-0-\w{5}\)/);
    expect(thrown[0]?.logTail).toEqual(['a line that is no word', 'it fails']);
    await expect(deleted.tell(prepare)).rejects.toMatchObject({code: 'SHARD_LOST'});
  });

  test('of another cutover are refused by their first word', async () => {
    const {hosts} = start({program: standIn(1, {version: '0.0.9', sources: 'none'})});
    await using started = await hosts;
    const {words, thrown} = await heard(started.hosts[0] as ShardHost, async () => 'enough');
    expect(words).toEqual([]);
    expect(thrown).toMatchObject({
      code: 'SHARDS_DID_NOT_START',
      message: expect.stringMatching(/^its image has cutover 0\.0\.9 \(sources none\), and this is cutover /),
    });
  });

  test.each([
    [
      'an image that is not there',
      {image: 'docker.io/local/nobody:1'},
      'SHARDS_DID_NOT_START',
      /^shard 1 of 2 \(pod .*\) does not start: ErrImageNeverPull: Container image/,
      /--load-image/,
    ],
    [
      'more than a machine has',
      {cpu: '999', startLimitMs: 1500},
      'SHARDS_DID_NOT_START',
      /^0 of 2 pods of the load run after \d+ s: Unschedulable: 0\/\d+ nodes are available: .*Insufficient cpu/,
      /--shard-cpu/,
    ],
    [
      'a kind of node that there is not',
      {nodeSelector: {pool: 'nowhere'}, startLimitMs: 1500},
      'SHARDS_DID_NOT_START',
      /^0 of 2 pods of the load run after \d+ s: Unschedulable: 0\/\d+ nodes are available: .*node affinity\/selector/,
      /--shard-node-selector/,
    ],
    [
      'an image that would run as root',
      {user: null},
      'SHARDS_DID_NOT_START',
      /CreateContainerConfigError: container has runAsNonRoot and image will run as root/,
      /npm run load-image/,
    ],
    [
      'a program that is not in the image',
      {program: ['/nowhere']},
      'SHARDS_DID_NOT_START',
      /its program ended with exit code 128 \(StartError\): .*"\/nowhere".*no such file/,
      /npm run load-image/,
    ],
    [
      'quantities that are none',
      {cpu: 'lots'},
      'KUBERNETES_REFUSED',
      /the load's Job cannot be made in namespace c1-\w+: .*quantities must match/,
      /Correct/,
    ],
  ] as const)('do not start for %s, and leave nothing', async (_, more, code, message, hint) => {
    const {hosts} = start({shards: 2, ...more} as Partial<ShardJobOptions>);
    await expect(hosts).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
      hint: expect.stringMatching(hint),
    });
    expect(await left()).toEqual([]);
  });

  test('do not start past a quota, where the rights lack, or once Ctrl-C was pressed', async () => {
    const {core, namespace} = there.admin;
    await core.createNamespacedResourceQuota({namespace, body: {metadata: {name: 'few'}, spec: {hard: {pods: '1'}}}});
    const {hosts} = start({shards: 2, stuckMs: 1000});
    await expect(hosts).rejects.toMatchObject({
      code: 'SHARDS_DID_NOT_START',
      message: expect.stringMatching(
        /^1 of 2 pods of the load run .*exceeded quota: few, requested: pods=1, used: pods=1, limited: pods=1/,
      ),
      hint: expect.stringMatching(/quota/),
    });
    await core.deleteNamespacedResourceQuota({namespace, name: 'few'});

    const elsewhere = start({cluster: {...there.cluster, namespace: 'default'}});
    await expect(elsewhere.hosts).rejects.toMatchObject({
      code: 'KUBERNETES_REFUSED',
      message: expect.stringMatching(/cannot create resource "jobs" in API group "batch" in the namespace "default"/),
      hint: expect.stringMatching(/kubectl -n default apply -f docker\/kubernetes\/load-role\.yaml/),
    });

    const stop = new AbortController();
    const stopped = start({signal: stop.signal, cpu: '999', onLine: () => stop.abort()});
    await expect(stopped.hosts).rejects.toMatchObject({code: 'INTERRUPTED'});
    expect(await left()).toEqual([]);
  });
});
