import {execFile} from 'node:child_process';
import {createHash, randomBytes} from 'node:crypto';
import {chmod, mkdir, mkdtemp, readFile, rm, symlink, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {promisify} from 'node:util';
import {AppsV1Api} from '@kubernetes/client-node';
import {build} from 'esbuild';
import {execa} from 'execa';
import type {Cluster} from '../../kubernetes/connect.ts';
import {connectKubernetes} from '../../kubernetes/connect.ts';
import {projectRoot} from '../../root.ts';
import {place, placeLibraries, placeNode} from '../docker/image/node-files.ts';

const run = promisify(execFile);

const imageName = 'docker.io/local/cutover-test-engine:1';

/** Says what a card would. Its own child is not left behind when it is killed. */
const nvidiaSmi = `#!/bin/sh
row() {
  case "$1" in
    --query-gpu=name,*) echo 'NVIDIA H100 80GB HBM3, GPU-in-the-pod, 81559, 580.65.06' ;;
    --query-gpu=memory.used) echo 4096 ;;
    -L) echo 'GPU 0: NVIDIA H100 80GB HBM3' ;;
    *) exit 6 ;;
  esac
}
row "$1" || exit 6
while [ "$3" = -lms ]; do
  sleep 0.2 & child=$!
  trap 'kill $child; exit' TERM
  wait $child
  row "$1"
done
`;

/** The simulated engine with Node, a shell and curl, made by the tool that runs the node. */
const makeEngineImage = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'cutover-engine-image-'));
  try {
    await placeNode(folder);
    await placeLibraries(folder);
    const {stdout: libraries} = await run('ldd', ['/usr/bin/curl']);
    for (const [, path = ''] of libraries.matchAll(/(\/\S+) \(0x/g)) await place(folder, path, path);
    await place(folder, '/usr/bin/curl', 'bin/curl');
    const {stdout: busybox} = await execa('which', ['busybox']);
    await place(folder, busybox, 'bin/busybox');
    for (const tool of ['sh', 'cat', 'ps', 'sleep', 'kill']) await symlink('busybox', join(folder, 'bin', tool));
    for (const empty of ['etc', 'proc', 'sys', 'dev', 'var', 'app'])
      await mkdir(join(folder, empty), {recursive: true});
    await writeFile(join(folder, 'bin/nvidia-smi'), nvidiaSmi, {mode: 0o755});
    await build({
      entryPoints: [join(projectRoot, 'docker/fake-engine/engine.ts')],
      outfile: join(folder, 'app/sglang.mjs'),
      bundle: true,
      platform: 'node',
      format: 'esm',
    });
    await chmod(folder, 0o755);
    await importImage(folder);
  } finally {
    await rm(folder, {recursive: true});
  }
  return imageName;
};

/** A folder as an image of one layer, as `docker save` would write it, given to the node. */
const importImage = async (folder: string): Promise<void> => {
  const at = await mkdtemp(join(tmpdir(), 'cutover-engine-archive-'));
  try {
    await execa('tar', ['-C', folder, '--owner', '0', '--group', '0', '-cf', join(at, 'layer.tar'), '.']);
    const sum = createHash('sha256')
      .update(await readFile(join(at, 'layer.tar')))
      .digest('hex');
    const rootfs = {type: 'layers', diff_ids: [`sha256:${sum}`]};
    const architecture = process.arch === 'x64' ? 'amd64' : process.arch;
    const manifest = [{Config: 'config.json', RepoTags: [imageName], Layers: ['layer.tar']}];
    await writeFile(join(at, 'config.json'), JSON.stringify({architecture, os: 'linux', config: {}, rootfs}));
    await writeFile(join(at, 'manifest.json'), JSON.stringify(manifest));
    await execa('tar', ['-C', at, '-cf', join(at, 'image.tar'), 'manifest.json', 'config.json', 'layer.tar']);
    await execa(join(projectRoot, '.ci/kubebox/up.sh'), ['import', join(at, 'image.tar')]);
  } finally {
    await rm(at, {recursive: true});
  }
};

const app = {app: 'sglang'};

/** A namespace with the simulated engine as a Deployment of one pod, behind a service; gone when it is disposed of. */
export interface TestEngine extends AsyncDisposable {
  readonly cluster: Cluster;
  readonly namespace: string;
  scale(replicas: number): Promise<void>;
  /** The pods that are not being deleted. */
  pods(): Promise<readonly {name: string; ready: boolean; restarts: number}[]>;
  deletePod(name: string): Promise<void>;
  /** Rolls out another argument of the engine's, as `kubectl set` would; null takes it out again. */
  rollOut(argument: string | null): Promise<void>;
}

export const startEngine = async (): Promise<TestEngine> => {
  const image = await makeEngineImage();
  const namespace = `attach-${randomBytes(4).toString('hex')}`;
  const cluster = await connectKubernetes({namespace});
  const {core, config} = cluster;
  const apps = config.makeApiClient(AppsV1Api);
  await core.createNamespace({body: {metadata: {name: namespace}}});
  const args = ['--model-path', 'simulated-model', '--host', '0.0.0.0', '--port', '30000', '--enable-metrics'];
  const container = {
    name: 'engine',
    image,
    imagePullPolicy: 'Never',
    command: ['node', '/app/sglang.mjs'],
    args: [...args, '--enable-cache-report', '--api-key', 'sesame-sesame'],
    env: [
      {name: 'PATH', value: '/usr/local/bin:/bin'},
      {name: 'HF_TOKEN', value: 'sesame-of-the-hub'},
      {name: 'CUTOVER_FAKE', value: 'print-env'}, // as one that is told to be verbose does
    ],
    ports: [{name: 'http', containerPort: 30000}],
    resources: {limits: {memory: '256Mi'}},
    readinessProbe: {httpGet: {path: '/health', port: 'http'}, periodSeconds: 1},
  };
  const spec = {
    terminationGracePeriodSeconds: 1,
    automountServiceAccountToken: false,
    containers: [{name: 'beside', image, imagePullPolicy: 'Never', command: ['sleep', '100000']}, container],
  };
  const template = {metadata: {labels: app}, spec};
  const deployment = {metadata: {name: 'sglang'}, spec: {replicas: 1, selector: {matchLabels: app}, template}};
  await apps.createNamespacedDeployment({namespace, body: deployment});
  const ports = [{name: 'web', port: 80, targetPort: 'http'}];
  await core.createNamespacedService({namespace, body: {metadata: {name: 'sglang'}, spec: {selector: app, ports}}});
  return {
    cluster,
    namespace,
    async scale(replicas) {
      const body = {metadata: {name: 'sglang', namespace}, spec: {replicas}};
      await apps.replaceNamespacedDeploymentScale({name: 'sglang', namespace, body});
    },
    async pods() {
      const {items} = await core.listNamespacedPod({namespace, labelSelector: 'app=sglang'});
      return items
        .filter(({metadata}) => metadata?.deletionTimestamp === undefined)
        .map(({metadata, status}) => ({
          name: metadata?.name ?? '',
          ready: status?.conditions?.some(one => one.type === 'Ready' && one.status === 'True') ?? false,
          restarts: status?.containerStatuses?.reduce((sum, {restartCount}) => sum + restartCount, 0) ?? 0,
        }));
    },
    async deletePod(name) {
      await core.deleteNamespacedPod({name, namespace});
    },
    async rollOut(argument) {
      const found = await apps.readNamespacedDeployment({name: 'sglang', namespace});
      const engine = found.spec?.template.spec?.containers.find(({name}) => name === 'engine');
      if (engine !== undefined) engine.args = [...container.args, ...(argument === null ? [] : [argument])];
      await apps.replaceNamespacedDeployment({name: 'sglang', namespace, body: found});
    },
    async [Symbol.asyncDispose]() {
      await core.deleteNamespace({name: namespace});
    },
  };
};
