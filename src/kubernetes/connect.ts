import type {BatchV1Api, CoreV1Api, DiscoveryV1Api, KubeConfig} from '@kubernetes/client-node';
import {CutoverError} from '../errors.ts';
import {interruptionOf} from '../runtimes/interruption.ts';
import {statusOf} from './api-error.ts';
import {type ClusterChoice, chooseConfig} from './connect/choose-config.ts';
import {credentialsMissing, noKubernetes, unreachable} from './connect/problem.ts';

/** A Kubernetes that answers, seen as one user in one namespace. It holds no connection open. */
export interface Cluster {
  /** For what has no method of its own: exec, followed logs, port-forward. */
  readonly config: KubeConfig;
  readonly core: CoreV1Api;
  readonly batch: BatchV1Api;
  readonly discovery: DiscoveryV1Api;
  readonly namespace: string;
  /** The address and what named it, for example `https://10.0.0.1:6443 (context lab)`. */
  readonly name: string;
  /** `v1.32.3`; null where the server tells it to nobody. */
  readonly version: string | null;
}

export interface ConnectOptions extends ClusterChoice {
  readonly signal?: AbortSignal;
  readonly environment?: NodeJS.ProcessEnv;
  /** Before a server that accepts and says nothing is given up; of each later call too. */
  readonly limitMs?: number;
}

/**
 * Connects to the cluster that kubectl would use: `kubeconfig` or the files of KUBECONFIG or ~/.kube/config, else the
 * one whose pod this is; `context` or the current one; `namespace` or the context's, else `default`. Throws
 * KUBERNETES_UNREACHABLE that says which server, why not and what to do; INTERRUPTED.
 */
export const connectKubernetes = async ({
  signal = new AbortController().signal,
  environment = process.env,
  limitMs = 15_000,
  ...choice
}: ConnectOptions): Promise<Cluster> => {
  const client = await import('@kubernetes/client-node');
  const chosen = await chooseConfig(choice, environment);
  const {config, name, server, user} = chosen;
  // Certificates and tokens are read here, and a plugin is run, so that their failures are not taken for the server's.
  await orInterrupted(config.applyToHTTPSOptions({}), signal, name).catch((cause: unknown) => {
    if (cause instanceof CutoverError) throw cause;
    throw credentialsMissing(chosen, cause);
  });
  const setUp = client.createConfiguration({
    baseServer: new client.ServerConfiguration(server, {}),
    authMethods: {default: config},
    promiseMiddleware: [
      {
        // The client itself would wait for five minutes.
        pre: async request => {
          request.setSignal(AbortSignal.timeout(limitMs));
          return request;
        },
        post: async response => response,
      },
    ],
  });
  const version = await orInterrupted(new client.VersionApi(setUp).getCode(), signal, name).catch((cause: unknown) => {
    if (cause instanceof CutoverError) throw cause;
    if (statusOf(cause) === 403) return null; // it knows us, and keeps its version to itself
    throw unreachable({name, user}, cause);
  });
  if (version !== null && version?.gitVersion === undefined)
    throw noKubernetes(name, 'the reply to GET /version has no gitVersion');
  return {
    config,
    core: new client.CoreV1Api(setUp),
    batch: new client.BatchV1Api(setUp),
    discovery: new client.DiscoveryV1Api(setUp),
    namespace: chosen.namespace,
    name,
    version: version?.gitVersion ?? null,
  };
};

const orInterrupted = async <T>(work: Promise<T>, signal: AbortSignal, name: string): Promise<T> => {
  const interrupted = Promise.withResolvers<never>();
  const interrupt = () => interrupted.reject(interruptionOf(signal, `connecting to Kubernetes at ${name}`));
  if (signal.aborted) interrupt();
  signal.addEventListener('abort', interrupt);
  try {
    return await Promise.race([work, interrupted.promise]);
  } finally {
    signal.removeEventListener('abort', interrupt);
  }
};
