import {CutoverError, reasonOf} from '../../../errors.ts';
import {statusOf} from '../docker-error.ts';
import type {DockerEndpoint} from './endpoint-of-docker.ts';

interface Problem {
  /** Found in the error's code and message. */
  readonly sign: RegExp;
  readonly reason: string;
  readonly fix: string;
}

const startIt =
  'Start the engine (sudo systemctl start docker), or say where it is with DOCKER_HOST or docker context use.';

const onSocket: readonly Problem[] = [
  {sign: /ENOENT/, reason: 'there is no such socket', fix: startIt},
  {
    sign: /EACCES|EPERM/,
    reason: 'permission denied',
    fix: 'Add yourself to the docker group and log in again (sudo usermod -aG docker $USER), or run cutover with sudo.',
  },
  {sign: /ECONNREFUSED/, reason: 'the socket is there and no engine listens on it', fix: startIt},
  {
    sign: /ENOTSOCK|EINVAL|ENAMETOOLONG/,
    reason: 'that is no socket',
    fix: 'Correct the path in DOCKER_HOST or the context.',
  },
];

const wholeSet =
  'ca.pem, cert.pem and key.pem of this engine belong into DOCKER_CERT_PATH, or into the context (docker context create --docker).';

const onTcp: readonly Problem[] = [
  {
    sign: /ECONNREFUSED/,
    reason: 'nothing listens on that port',
    fix: 'Start dockerd there with -H tcp://…, and check the port: 2376 is the one with TLS, 2375 the one without.',
  },
  {sign: /ENOTFOUND|EAI_AGAIN/, reason: 'the host name is not known', fix: 'Check the name, or write the IP address.'},
  {
    sign: /EHOSTUNREACH|ENETUNREACH|ETIMEDOUT/,
    reason: 'there is no way to that machine',
    fix: 'Check the address, the VPN and the firewall, or go through SSH: DOCKER_HOST=ssh://user@host.',
  },
  {
    sign: /HTTP request to an HTTPS server/,
    reason: 'it wants TLS',
    fix: `Set DOCKER_TLS_VERIFY=1 and DOCKER_CERT_PATH. ${wholeSet}`,
  },
  {
    sign: /wrong.version.number|packet.length.too.long|http.request/i,
    reason: 'it speaks no TLS on that port',
    fix: 'Use its TLS port (2376), or unset DOCKER_TLS_VERIFY if you trust the network.',
  },
  {
    sign: /ALTNAME_INVALID/,
    reason: 'its certificate is for another name',
    fix: 'Use a name that the certificate holds, or make it anew with subjectAltName for this one.',
  },
  {sign: /CERT_HAS_EXPIRED/, reason: 'its certificate has expired', fix: 'Make a new one, or check the clocks.'},
  {
    sign: /SELF_SIGNED|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER|CERT_SIGNATURE|CERT_UNTRUSTED/,
    reason: 'its certificate was not signed by the ca.pem that was given',
    fix: wholeSet,
  },
  {
    sign: /alert.(certificate.required|bad.certificate|unknown.ca|handshake.failure)/i,
    reason: 'it does not accept the client certificate, or got none',
    fix: wholeSet,
  },
  {
    sign: /PEM|KEY_VALUES_MISMATCH|NO_START_LINE|DECODER/,
    reason: 'ca.pem, cert.pem or key.pem is damaged',
    fix: wholeSet,
  },
];

/** A client that it turns away may see the end of the connection before the reason. */
const onTls: readonly Problem[] = [
  {
    sign: /ECONNRESET|EPIPE|socket hang up/,
    reason: 'it closed the connection, as one does that does not accept the client certificate',
    fix: wholeSet,
  },
];

const anywhere: readonly Problem[] = [
  {
    sign: /no answer within/,
    reason: '', // the error's own words say it
    fix: 'Look at the engine there (docker info, journalctl -u docker), and at a firewall that drops silently.',
  },
  {
    sign: /ECONNRESET|EPIPE|socket hang up|Parse Error/,
    reason: 'what listens there closed the connection without an answer',
    fix: 'Check that it is a Docker engine, and whether its port wants TLS (DOCKER_TLS_VERIFY=1).',
  },
];

/** DOCKER_UNREACHABLE: what listens there is something else. `how` it answers is a clause. */
export const noDockerEngine = (name: string, how: string): CutoverError =>
  new CutoverError('DOCKER_UNREACHABLE', `${name} answers, and not as a Docker engine does`, {
    hint: `Check the address: ${how}.`,
  });

/** Docker says in JSON why it refuses, and refuses nobody its version for want of such a page. */
const isOfDocker = (cause: unknown): boolean =>
  statusOf(cause) !== 404 &&
  cause instanceof Error &&
  'json' in cause &&
  typeof (cause.json as {message?: unknown} | null)?.message === 'string';

/** DOCKER_UNREACHABLE: which engine, why, and what to do. */
export const unreachable = ({address, name}: DockerEndpoint, cause: unknown): CutoverError => {
  const own = reasonOf(cause)
    .replace(/ \S*:SSL routines:[^:]*:([^:]*):.*/s, ': $1')
    .trim();
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  const tls = address.kind === 'tcp' && address.protocol === 'https';
  const problems = [...(address.kind === 'tcp' ? onTcp : onSocket), ...(tls ? onTls : []), ...anywhere];
  const known = problems.find(({sign}) => sign.test(`${code} ${own}`));
  const status = statusOf(cause);
  if (known === undefined && status !== null && !isOfDocker(cause))
    return noDockerEngine(name, `GET /version is answered with HTTP status ${status}`);
  const reason = known === undefined || known.reason === '' ? own : `${known.reason} (${own})`;
  return new CutoverError('DOCKER_UNREACHABLE', `Docker at ${name} cannot be reached: ${reason}`, {
    hint:
      known?.fix ??
      'Check that `docker version` works with the same settings, or name another engine with DOCKER_HOST.',
    cause,
  });
};
