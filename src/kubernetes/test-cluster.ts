import {readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import type {V1Role} from '@kubernetes/client-node';
import {parseAllDocuments} from 'yaml';
import {temporaryFolder} from '../records/test-folder.ts';
import {projectRoot} from '../root.ts';
import {type Cluster, connectKubernetes} from './connect.ts';
import {Relay} from './test-relay.ts';

/** A namespace of its own on the cluster of KUBECONFIG, and a user of it who may do what the role says and no more. */
export interface TestCluster extends AsyncDisposable {
  /** As whoever runs the cluster. */
  readonly admin: Cluster;
  /** As the load's user, through the relay. */
  readonly cluster: Cluster;
  /** The load's user's. */
  readonly kubeconfig: string;
  readonly relay: Relay;
}

type Document = V1Role & {kind: string};

/** `without` is a verb and a resource, such as `get pods`, that the role shall not have. */
export const testCluster = async (without: string | null = null): Promise<TestCluster> => {
  const namespace = `c1-${Math.random().toString(36).slice(2, 8)}`;
  const admin = await connectKubernetes({namespace});
  const {core, config} = admin;
  const {RbacAuthorizationV1Api} = await import('@kubernetes/client-node');
  const rbac = config.makeApiClient(RbacAuthorizationV1Api);
  const text = await readFile(join(projectRoot, 'docker/kubernetes/load-role.yaml'), 'utf8');
  const [account, role, binding] = parseAllDocuments(text).map(one => one.toJS() as Document);
  if (account === undefined || role === undefined || binding === undefined) throw new Error('load-role.yaml has three');
  role.rules = (role.rules ?? []).flatMap(rule =>
    rule.verbs.filter(verb => `${verb} ${rule.resources?.[0]}` !== without).map(verb => ({...rule, verbs: [verb]})),
  );
  await using opened = new AsyncDisposableStack();
  const folder = opened.use(await temporaryFolder());
  await core.createNamespace({body: {metadata: {name: namespace}}});
  opened.defer(async () => {
    await core.deleteNamespace({name: namespace});
  });
  await core.createNamespacedServiceAccount({namespace, body: account});
  await rbac.createNamespacedRole({namespace, body: role});
  const subjects = [{kind: 'ServiceAccount', name: account.metadata?.name ?? '', namespace}];
  await rbac.createNamespacedRoleBinding({namespace, body: {...(binding as never as {roleRef: never}), subjects}});
  const {status} = await core.createNamespacedServiceAccountToken({
    ...{namespace, name: account.metadata?.name ?? ''},
    body: {spec: {audiences: [], expirationSeconds: 3600}},
  });
  const {hostname, port} = new URL(config.getCurrentCluster()?.server ?? '');
  const relay = opened.use(new Relay(hostname, Number(port)));
  await relay.open();
  const kubeconfig = join(folder.path, 'kubeconfig');
  const authority = config.getCurrentCluster();
  await writeFile(
    kubeconfig,
    JSON.stringify({
      clusters: [
        {
          name: 'relayed',
          cluster: {
            server: `https://127.0.0.1:${relay.port}`,
            ...(authority?.caFile
              ? {'certificate-authority': authority.caFile}
              : {'certificate-authority-data': authority?.caData}),
          },
        },
      ],
      users: [{name: 'load', user: {token: status?.token}}],
      contexts: [{name: 'load', context: {cluster: 'relayed', user: 'load', namespace}}],
      'current-context': 'load',
    }),
  );
  const cluster = await connectKubernetes({kubeconfig});
  const open = opened.move();
  return {admin, cluster, kubeconfig, relay, [Symbol.asyncDispose]: () => open.disposeAsync()};
};
