import {existsSync} from 'node:fs';
import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {setTimeout as delay} from 'node:timers/promises';
import {execa} from 'execa';
import {reasonOf} from '../../../errors.ts';
import {freePort} from '../../free-port.ts';
import {startGuarded} from '../../process/guarded.ts';
import {readLogTail} from '../../process/log-tail.ts';
import type {SshAddress} from './address.ts';
import type {Environment} from './config-file.ts';
import {sshFailure} from './ssh-problem.ts';

/** One ssh connection that carries an engine's socket, and ports as they are asked for. */
export interface SshTunnel extends AsyncDisposable {
  /** Here; leads to the engine's socket there. */
  readonly socketPath: string;
  /** A port of 127.0.0.1 here that leads to that address and port there. Throws DOCKER_UNREACHABLE. */
  forward(host: string, port: number): Promise<number>;
  /** The last lines that ssh wrote. */
  said(): Promise<readonly string[]>;
}

interface TunnelOptions {
  readonly environment: Environment;
  readonly signal: AbortSignal;
  readonly limitMs: number;
}

const pollMs = 20;

/**
 * Starts the system's ssh with the user's own configuration, keys and agent. Nobody is asked anything. It ends with
 * this process, however that ends. Throws DOCKER_UNREACHABLE with what ssh said, or the signal's reason.
 */
export const openTunnel = async (address: SshAddress, options: TunnelOptions): Promise<SshTunnel> => {
  const {environment, signal, limitMs} = options;
  await using opened = new AsyncDisposableStack();
  // Short: a socket's path has about a hundred characters at most.
  const folder = await mkdtemp(join(tmpdir(), 'cutover-ssh-'));
  opened.defer(() => rm(folder, {recursive: true, force: true}));
  const socketPath = join(folder, 'd');
  const control = join(folder, 'c');
  const logPath = join(folder, 'log');
  const to = [...(address.port === null ? [] : ['-p', String(address.port)]), '--', address.destination];
  const said = () => readLogTail(logPath);
  const failed = async (reason: string, cause?: unknown) => sshFailure(address, reason, await said(), cause);

  const ssh = await startGuarded({
    // A master of its own: one that the user keeps would go on forwarding when cutover is gone.
    command: ['ssh', '-N', '-T', '-S', control, ...masterOptions, ...to],
    environment: definedOf(environment),
    logPath,
    graceSeconds: 5,
  }).catch(async thrown => {
    throw await failed(`ssh cannot be started: ${reasonOf(thrown)}`, thrown);
  });
  opened.defer(async () => void (await ssh.stop()));

  let ended = false;
  void ssh.ended.then(() => {
    ended = true;
  });
  const untilMs = performance.now() + limitMs;
  while (!existsSync(control)) {
    signal.throwIfAborted();
    if (ended) throw await failed('ssh ended');
    if (performance.now() > untilMs) throw await failed(`ssh had not connected after ${limitMs / 1000} s`);
    await delay(pollMs);
  }
  /** `from` is a socket or an address and port here, `target` one there. */
  const forward = async (from: string, target: string): Promise<void> => {
    // Without the user's configuration, whose own forwards would be asked for as well.
    const words = ['-F', 'none', '-S', control, '-O', 'forward', '-L', `${from}:${target}`, ...to];
    const own = {env: definedOf(environment), reject: false, stdin: 'ignore', timeout: limitMs} as const;
    const {failed: refused, stderr} = await execa('ssh', words, own);
    if (refused) throw await failed(`${target} cannot be forwarded: ${stderr.trim()}`);
  };
  await forward(socketPath, address.socket);
  const open = opened.move();
  return {
    socketPath,
    said,
    forward: async (host, port) => {
      const local = await freePort();
      await forward(`127.0.0.1:${local}`, `${host}:${port}`);
      return local;
    },
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  };
};

const masterOptions = [
  'ControlMaster=yes',
  'ControlPersist=no',
  'BatchMode=yes',
  'ClearAllForwardings=yes', // the user's own, of which another ssh may hold the ports
  'RemoteCommand=none',
  'ConnectTimeout=15',
  'ServerAliveInterval=15',
  'LogLevel=INFO', // it tells at this level why a forwarded connection was refused
].flatMap(option => ['-o', option]);

const definedOf = (environment: Environment): Record<string, string> =>
  Object.fromEntries(
    Object.entries(environment).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
