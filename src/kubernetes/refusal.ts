import {CutoverError} from '../errors.ts';
import {apiReason, statusOf} from './api-error.ts';
import type {Cluster} from './connect.ts';

/** Of the project: the least that the load's user may do. */
const loadRole = 'docker/kubernetes/load-role.yaml';

/**
 * What a user is told when the API server does not do what was asked: KUBERNETES_REFUSED with the server's own words,
 * which name the verb and the resource, or KUBERNETES_UNREACHABLE. `doing` is a clause: `the load's Job cannot be made`;
 * `role` is the manifest of the rights that it takes.
 */
export const refusal = (
  {name, namespace}: Pick<Cluster, 'name' | 'namespace'>,
  doing: string,
  cause: unknown,
  role = loadRole,
): CutoverError => {
  if (cause instanceof CutoverError) return cause;
  const own = apiReason(cause);
  const status = statusOf(cause);
  if (status === 401)
    return new CutoverError(
      'KUBERNETES_UNREACHABLE',
      `${doing}: Kubernetes at ${name} no longer takes the credentials`,
      {
        hint: 'They may have expired: log in again as you do for kubectl, until `kubectl get pods` works.',
        cause,
      },
    );
  if (status === null)
    return new CutoverError('KUBERNETES_UNREACHABLE', `${doing}: Kubernetes at ${name} does not answer (${own})`, {
      hint: 'Check that `kubectl get pods` works with the same context, and run it again.',
      cause,
    });
  return new CutoverError('KUBERNETES_REFUSED', `${doing} in namespace ${namespace}: ${own}`, {
    hint: fixOf(status, own, namespace, role),
    cause,
  });
};

const fixOf = (status: number, own: string, namespace: string, role: string): string => {
  if (/exceeded quota/i.test(own))
    return 'Ask for less (--shards, --shard-cpu, --shard-memory), or have the quota raised.';
  if (/namespaces? "[^"]*" not found/.test(own))
    return `Make it: kubectl create namespace ${namespace}, or name another one with --kube-namespace.`;
  if (/PodSecurity|admission|denied the request/i.test(own))
    return 'Ask whoever runs the cluster what its admission asks of pods.';
  if (status === 403)
    return `Have the rights given: kubectl -n ${namespace} apply -f ${role}, and then ${bindingFor(own, namespace, role)}.`;
  return 'Correct what the server names, and run it again.';
};

/** What gives the role of that manifest to whom the server names: `User "me" cannot list resource …`. */
const bindingFor = (own: string, namespace: string, role: string): string => {
  const who = /User "([^"]+)"/.exec(own)?.[1] ?? '…';
  const account = /^system:serviceaccount:(.+)$/.exec(who)?.[1];
  const subject = account === undefined ? `--user ${who}` : `--serviceaccount ${account}`;
  const roleName = role.includes('attach') ? 'cutover-attach' : 'cutover-load';
  return `kubectl -n ${namespace} create rolebinding cutover-for-me --role ${roleName} ${subject}`;
};
