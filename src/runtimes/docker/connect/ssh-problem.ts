import {CutoverError} from '../../../errors.ts';
import type {SshAddress} from './address.ts';

const fixes: readonly (readonly [sign: RegExp, fix: string])[] = [
  [/ENOENT/, 'Install the OpenSSH client (apt-get install openssh-client).'],
  [/Host key verification failed/, 'Connect once by hand and accept the host key: ssh {to}'],
  [
    /Permission denied/,
    'Make a key that needs no password work: ssh-copy-id {to}, or ssh-add for one with a passphrase.',
  ],
  [/Could not resolve hostname/, 'Check the name, and the Host entries in ~/.ssh/config.'],
  [
    /Connection refused|timed out|No route to host|had not connected/,
    'Check that sshd runs there, the port, the VPN and the firewall.',
  ],
  [
    /connect failed|open failed: (?!administratively)/,
    "Check that Docker runs there and that this user may use it: ssh {to} docker version. A rootless engine's socket goes into the address: ssh://user@host/run/user/1000/docker.sock",
  ],
  [
    /administratively prohibited/,
    'Allow it in sshd_config there: AllowTcpForwarding yes, AllowStreamLocalForwarding yes.',
  ],
];

/** DOCKER_UNREACHABLE with what ssh said, and what to do about it. */
export const sshFailure = (
  {destination, port}: SshAddress,
  reason: string,
  said: readonly string[],
  cause?: unknown,
): CutoverError => {
  const to = port === null ? destination : `-p ${port} ${destination}`;
  const known = fixes.find(([sign]) => sign.test([reason, ...said].join('\n')));
  return new CutoverError('DOCKER_UNREACHABLE', `Docker on ${destination} cannot be reached through ssh: ${reason}`, {
    hint: (known?.[1] ?? 'Try it by hand until it works without a question: ssh {to} docker version').replace(
      '{to}',
      to,
    ),
    logTail: said,
    cause,
  });
};
