import {existsSync} from 'node:fs';
import {readFile} from 'node:fs/promises';
import {homedir} from 'node:os';
import {delimiter, join} from 'node:path';
import type {KubeConfig} from '@kubernetes/client-node';
import {CutoverError, fileReasonOf} from '../../errors.ts';
import {type Kubeconfig, type KubeconfigFile, mergeKubeconfigs} from './kubeconfig.ts';
import {proxyFor} from './proxy.ts';

/** What a user may name; the rest is as kubectl takes it. */
export interface ClusterChoice {
  readonly kubeconfig?: string | null | undefined;
  readonly context?: string | null | undefined;
  readonly namespace?: string | null | undefined;
}

export interface ChosenCluster {
  readonly config: KubeConfig;
  readonly server: string;
  readonly namespace: string;
  /** For the user: `https://10.0.0.1:6443 (context lab)`. */
  readonly name: string;
  /** What the kubeconfig calls the user. */
  readonly user: string;
  /** The program that gives credentials, and how to get it; null where they stand in the file. */
  readonly plugin: {readonly command: string; readonly installHint: string | null} | null;
}

const accountFolder = '/var/run/secrets/kubernetes.io/serviceaccount';

/** Throws KUBERNETES_UNREACHABLE where no cluster is named, or the one that is named is not there. */
export const chooseConfig = async (
  {kubeconfig, context, namespace}: ClusterChoice,
  environment: NodeJS.ProcessEnv,
): Promise<ChosenCluster> => {
  const {KubeConfig} = await import('@kubernetes/client-node');
  const config = new KubeConfig();
  const files = await readFiles(kubeconfig || null, environment);
  if (files.length === 0) {
    if (!existsSync(join(accountFolder, 'token')) || !environment.KUBERNETES_SERVICE_HOST)
      throw noKubeconfig(environment);
    if (context)
      throw new CutoverError(
        'KUBERNETES_UNREACHABLE',
        `There is no context ${context}: this is a pod without a kubeconfig`,
        {
          hint: 'Leave --kube-context out, or name a kubeconfig with --kubeconfig <file> or KUBECONFIG.',
        },
      );
    config.loadFromCluster();
    const own = config.getContextObject(config.currentContext)?.namespace;
    return {
      config,
      server: config.getCurrentCluster()?.server ?? '',
      namespace: namespace || own || 'default',
      name: `${config.getCurrentCluster()?.server} (the cluster of this pod)`,
      user: 'its service account',
      plugin: null,
    };
  }
  const merged = mergeKubeconfigs(files);
  const chosen = chooseContext(merged, context || merged['current-context'] || '', files);
  const proxy = chosen.cluster['proxy-url'] ?? proxyFor(chosen.cluster.server, environment);
  config.loadFromString(
    JSON.stringify({
      clusters: [
        {
          name: 'cluster',
          cluster: {
            ...chosen.cluster,
            ...(proxy === null ? {} : {'proxy-url': proxy}),
            // The client refuses http:// unless told that there is nothing to verify.
            ...(chosen.cluster.server.startsWith('http:') ? {'insecure-skip-tls-verify': true} : {}),
          },
        },
      ],
      // Without a user the client would forget the cluster's certificate too.
      users: [{name: 'user', user: chosen.user}],
      contexts: [{name: 'context', context: {cluster: 'cluster', user: 'user'}}],
      'current-context': 'context',
    }),
  );
  const {exec} = chosen.user;
  return {
    config,
    server: config.getCurrentCluster()?.server ?? '',
    namespace: namespace || chosen.namespace || 'default',
    name: `${chosen.cluster.server} (context ${chosen.context})`,
    user: chosen.userName,
    plugin: exec ? {command: exec.command, installHint: exec.installHint ?? null} : null,
  };
};

const chooseContext = (merged: Kubeconfig, name: string, files: readonly KubeconfigFile[]) => {
  const from = files.map(({path}) => path).join(', ');
  const names = merged.contexts.map(context => context.name).join(', ') || 'none';
  const found = merged.contexts.find(context => context.name === name)?.context;
  if (found === undefined)
    throw new CutoverError(
      'KUBERNETES_UNREACHABLE',
      name === '' ? `No context is chosen in ${from}` : `There is no context ${name} in ${from}`,
      {hint: `Name one with --kube-context, or choose it: kubectl config use-context NAME. There are: ${names}.`},
    );
  const cluster = merged.clusters.find(one => one.name === found.cluster)?.cluster;
  const user = found.user ? merged.users.find(one => one.name === found.user)?.user : {};
  const lacks = cluster === undefined ? `cluster ${found.cluster}` : user === undefined ? `user ${found.user}` : null;
  if (cluster === undefined || user === undefined)
    throw new CutoverError('KUBERNETES_UNREACHABLE', `Context ${name} names the ${lacks}, which is not in ${from}`, {
      hint: 'Repair the kubeconfig, or name all its files in KUBECONFIG.',
    });
  return {context: name, cluster, user, userName: found.user || 'nobody', namespace: found.namespace ?? null};
};

/** As kubectl: a file that was named must be there, of those in KUBECONFIG any may be missing. */
const readFiles = async (named: string | null, environment: NodeJS.ProcessEnv): Promise<readonly KubeconfigFile[]> => {
  const listed = environment.KUBECONFIG?.split(delimiter).filter(Boolean) ?? [];
  const paths = named !== null ? [named] : listed.length > 0 ? listed : [defaultPath(environment)];
  const files = await Promise.all(paths.map(path => readKubeconfig(path, named !== null)));
  return files.filter(file => file !== null);
};

const defaultPath = ({HOME}: NodeJS.ProcessEnv): string => join(HOME || homedir(), '.kube', 'config');

const readKubeconfig = async (path: string, mustExist: boolean): Promise<KubeconfigFile | null> => {
  try {
    return {path, text: await readFile(path, 'utf8')};
  } catch (thrown) {
    if (!mustExist && thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT') return null;
    throw new CutoverError('KUBERNETES_UNREACHABLE', `The kubeconfig ${path} cannot be read: ${fileReasonOf(thrown)}`, {
      hint: 'Correct the path, or let this user read it.',
      cause: thrown,
    });
  }
};

const noKubeconfig = (environment: NodeJS.ProcessEnv): CutoverError =>
  new CutoverError(
    'KUBERNETES_UNREACHABLE',
    environment.KUBECONFIG
      ? `None of the files in KUBECONFIG is there: ${environment.KUBECONFIG}`
      : `There is no kubeconfig in ${defaultPath(environment)}, and this is no pod with a service account`,
    {hint: 'Name one with --kubeconfig <file> or KUBECONFIG: the one with which `kubectl get pods` works.'},
  );
