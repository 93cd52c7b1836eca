import {CutoverError} from '../../../errors.ts';
import {dockerReason} from '../docker-error.ts';

interface Problem {
  readonly sign: RegExp;
  readonly reason: string;
  readonly fix: (registry: string) => string;
}

const login = (registry: string) => (registry === 'docker.io' ? 'docker login' : `docker login ${registry}`);

// The order matters: Docker Hub answers "pull access denied … may require 'docker login'" for what does not exist too.
const problems: readonly Problem[] = [
  {
    sign: /toomanyrequests|rate limit|too many requests/i,
    reason: 'the registry lets this address pull no more for now',
    fix: registry => `Log in (${login(registry)}), which raises the limit, or wait.`,
  },
  {
    sign: /no space left on device/i,
    reason: "the Docker host's disk is full",
    fix: () => "Make room there (docker system df, docker image prune), or move Docker's data-root to a larger disk.",
  },
  {
    sign: /pull access denied|repository .*not found/i,
    reason: 'there is no such repository, or it is not for you',
    fix: registry => `Check the name; if it is private: ${login(registry)}`,
  },
  {
    sign: /unauthorized|no basic auth credentials|authentication required|denied|forbidden/i,
    reason: 'the registry wants a login that may read it',
    fix: login,
  },
  {
    sign: /no matching manifest/i,
    reason: 'it does not exist for the processor of the Docker host',
    fix: () => 'Name an image that is built for it with image: in the plan.',
  },
  {
    sign: /manifest unknown|manifest for .* not found|not found|name unknown/i,
    reason: 'the registry has no such image',
    fix: () => 'Check the name and the tag: in docker/images.yaml, or image: in the plan.',
  },
  {
    sign: /server gave HTTP response to HTTPS client/i,
    reason: 'the registry speaks no TLS',
    fix: registry =>
      `If you trust it: {"insecure-registries": ["${registry}"]} in the engine's /etc/docker/daemon.json.`,
  },
  {
    sign: /x509|certificate/i,
    reason: "the Docker host does not trust the registry's certificate",
    fix: registry => `Put its CA into /etc/docker/certs.d/${registry}/ca.crt there.`,
  },
  {
    sign: /dial tcp|no such host|connection refused|i\/o timeout|TLS handshake timeout|network is unreachable|Client\.Timeout|deadline exceeded|server misbehaving|proxyconnect|EOF/i,
    reason: 'the Docker host cannot reach the registry',
    fix: () =>
      "Check that machine's network and its engine's proxy settings, or bring the image: docker save on a machine that has it, docker load there.",
  },
];

/** IMAGE_MISSING: which image, why and what to do. `hostName` is the engine's. */
export const imageProblem = (reference: string, registry: string, hostName: string, cause: unknown): CutoverError => {
  const own = dockerReason(cause);
  const known = problems.find(({sign}) => sign.test(own));
  return new CutoverError(
    'IMAGE_MISSING',
    `Docker at ${hostName} cannot get ${reference}: ${known === undefined ? own : `${known.reason} (${own})`}`,
    {
      hint: known?.fix(registry) ?? 'Try docker pull there.',
      cause,
    },
  );
};
