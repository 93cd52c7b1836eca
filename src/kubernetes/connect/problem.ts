import {CutoverError} from '../../errors.ts';
import {apiReason, codeOf, statusOf} from '../api-error.ts';
import type {ChosenCluster} from './choose-config.ts';

interface Problem {
  /** Found in the error's code and message. */
  readonly sign: RegExp;
  readonly reason: string;
  readonly fix: string;
}

const certificates =
  'certificate-authority of the kubeconfig must be that of this server: fetch the kubeconfig anew from whoever runs the cluster.';

const problems: readonly Problem[] = [
  {
    sign: /ECONNREFUSED/,
    reason: 'nothing listens on that port',
    fix: 'Check that the cluster runs, and that the context is the right one (--kube-context).',
  },
  {
    sign: /ENOTFOUND|EAI_AGAIN/,
    reason: 'the host name is not known',
    fix: 'Check the name in the kubeconfig, the VPN, or set proxy-url of the cluster.',
  },
  {
    sign: /EHOSTUNREACH|ENETUNREACH|ETIMEDOUT|UND_ERR_CONNECT_TIMEOUT|TimeoutError|aborted due to timeout/,
    reason: 'it does not answer',
    fix: 'Check the VPN, the firewall and the proxy (proxy-url of the cluster, or HTTPS_PROXY).',
  },
  {
    sign: /ALTNAME_INVALID/,
    reason: 'its certificate is for another name',
    fix: 'Use a name that the certificate holds, or set tls-server-name of the cluster in the kubeconfig.',
  },
  {sign: /CERT_HAS_EXPIRED/, reason: 'its certificate has expired', fix: 'Renew it, or check the clocks.'},
  {
    sign: /SELF_SIGNED|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER|CERT_SIGNATURE|CERT_UNTRUSTED/,
    reason: 'its certificate was not signed by the authority in the kubeconfig',
    fix: certificates,
  },
  {
    sign: /alert.(certificate.required|bad.certificate|unknown.ca|certificate.expired|handshake.failure)/i,
    reason: 'it does not accept the client certificate',
    fix: 'Fetch the kubeconfig anew: client certificates expire.',
  },
  {
    sign: /wrong.version.number|packet.length.too.long/i,
    reason: 'it speaks no TLS on that port',
    fix: 'Correct the address of the server in the kubeconfig.',
  },
  {
    sign: /PEM|DECODER|KEY_VALUES_MISMATCH/,
    reason: 'a certificate or key of the kubeconfig is damaged',
    fix: certificates,
  },
  {
    sign: /UND_ERR_ABORTED|Proxy response|proxy/i,
    reason: 'the proxy does not lead there',
    fix: 'Check proxy-url of the cluster in the kubeconfig, HTTPS_PROXY and NO_PROXY.',
  },
];

/** KUBERNETES_UNREACHABLE: what listens there is something else. */
export const noKubernetes = (name: string, how: string): CutoverError =>
  new CutoverError('KUBERNETES_UNREACHABLE', `${name} answers, and not as Kubernetes does`, {
    hint: `Check the address of the server in the kubeconfig: ${how}.`,
  });

/** KUBERNETES_UNREACHABLE: which server, why, and what to do. */
export const unreachable = ({name, user}: Pick<ChosenCluster, 'name' | 'user'>, cause: unknown): CutoverError => {
  const status = statusOf(cause);
  const own = apiReason(cause);
  if (status === 401)
    return new CutoverError(
      'KUBERNETES_UNREACHABLE',
      `Kubernetes at ${name} does not accept the credentials of ${user}`,
      {
        hint: 'They may have expired: log in again as you do for kubectl, until `kubectl get pods` works.',
        cause,
      },
    );
  if (status !== null && status < 500) return noKubernetes(name, `GET /version is answered with HTTP status ${status}`);
  if (cause instanceof SyntaxError) return noKubernetes(name, 'GET /version is not answered with JSON');
  const known = problems.find(({sign}) => sign.test(`${codeOf(cause)} ${own}`));
  const reason = known === undefined ? own : `${known.reason} (${own})`;
  return new CutoverError('KUBERNETES_UNREACHABLE', `Kubernetes at ${name} cannot be reached: ${reason}`, {
    hint: known?.fix ?? 'Check that `kubectl get pods` works with the same context.',
    cause,
  });
};

/** KUBERNETES_UNREACHABLE: what the user would show the server cannot be had. */
export const credentialsMissing = ({name, user, plugin}: ChosenCluster, cause: unknown): CutoverError => {
  const own = apiReason(cause).trim().split('\n').slice(-3).join(' ') || 'it said nothing';
  if (plugin === null)
    return new CutoverError('KUBERNETES_UNREACHABLE', `The credentials of ${user} for ${name} cannot be read: ${own}`, {
      hint: 'Repair the certificate, key or token of that user in the kubeconfig.',
      cause,
    });
  const missing = codeOf(cause) === 'ENOENT';
  return new CutoverError(
    'KUBERNETES_UNREACHABLE',
    missing
      ? `${plugin.command}, which gives ${user} credentials for ${name}, is not installed`
      : `${plugin.command} gives ${user} no credentials for ${name}: ${own}`,
    {
      hint:
        (missing ? plugin.installHint?.trim() : null) ||
        'Log in again as you do for kubectl, until `kubectl get pods` works.',
      cause,
    },
  );
};
