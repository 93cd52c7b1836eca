import {leadsToItself} from './http/loopback.ts';
import {Mistake, type ReadValue, withoutSecrets} from './option-values.ts';

const example = 'http://10.0.0.5:3001';

/** Of one network cable or none: no router passes these on (RFC 3927, RFC 4291). */
const isLinkLocal = (hostname: string) => hostname.startsWith('169.254.') || /^\[fe[89ab]/.test(hostname);

/**
 * Where pods reach the gateway of this machine, `http://host:port`. The gateway serves on that port, so it must be written, 80 too; what
 * else an address may hold would be dropped in silence.
 */
export const gatewayOrigin: ReadValue<string> = given => {
  const url = URL.canParse(given) ? new URL(given) : null;
  const told = withoutSecrets(given);
  if (url?.protocol === 'https:')
    throw new Mistake(
      `must begin with http://, for the gateway speaks plain HTTP, got ${told}`,
      `Write for example ${example}`,
    );
  if (url?.protocol !== 'http:')
    throw new Mistake(
      `must be http:// with an address of this machine and a port, got ${told}`,
      `Write for example ${example}`,
    );
  if (url.username !== '' || url.password !== '')
    throw new Mistake(
      `holds a user name or password, got ${told}`,
      'Leave it out: the pods show a token of the rehearsal',
    );
  const [, port] = /^http:\/*[^/?#]*:(\d+)(?:[/?#]|$)/i.exec(given) ?? [];
  if (port === undefined || Number(port) === 0)
    throw new Mistake(
      `names no port, on which the gateway would serve, got ${told}`,
      `Write for example http://${url.hostname}:3001`,
    );
  const alone = `http://${url.hostname}:${Number(port)}`;
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '')
    throw new Mistake(`has a path, got ${told}`, `Write the address alone: ${alone}`);
  const elsewhere = 'Write its address in a network that they are in';
  if (leadsToItself(given)) throw new Mistake(`${alone} is this machine's own, and pods cannot reach it`, elsewhere);
  if (isLinkLocal(url.hostname))
    throw new Mistake(`${alone} is link-local: no router leads pods of other nodes to it`, elsewhere);
  return url.origin;
};
