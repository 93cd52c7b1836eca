import type {AddressInfo} from 'node:net';
import type {FastifyInstance} from 'fastify';
import {CutoverError, reasonOf} from '../errors.ts';
import {isLoopback} from '../http/loopback.ts';
import {type LineBatch, lineBatch} from '../records/line-batch.ts';
import type {Stack} from '../runtimes/stack.ts';
import type {GatewayLine} from '../schema/journal.ts';
import {adminListener} from './admin/listener.ts';
import {openCopies} from './copies.ts';
import {bearerCheck} from './door.ts';
import {openJournal} from './journal.ts';
import {openLedger} from './ledger.ts';
import {type GatewayMetrics, gatewayMetrics} from './metrics.ts';
import {serviceOf} from './service.ts';
import {openSwitchboard} from './switchboard.ts';
import {turnstile} from './turnstile.ts';

export interface GatewayOptions {
  /** What stands behind it; a role that it has no server for is answered with 501. Null: what the admin listener is told. */
  readonly stack: Pick<Stack, 'engine' | 'servers' | 'evidence'> | null;
  /** 0 takes a free one. */
  readonly port: number;
  /** For one request, from when its body is there until the engine's answer is. */
  readonly timeoutMs: number;
  /** Another one than loopback needs a token. */
  readonly host?: string;
  readonly token?: string | null;
  /** Of the admin listener on 127.0.0.1; 0 takes a free one, null has none. */
  readonly adminPort?: number | null;
  /** Of gateway.jsonl. */
  readonly journal?: string | null;
  /** Requests that are served at a time, and that wait; what is over both is refused with 429. */
  readonly maxInFlight?: number;
  readonly maxQueued?: number;
  /** Gets the log, many lines at a time; absent for none. */
  readonly log?: ((text: string) => void) | undefined;
  /** Hears of what a person should know. */
  readonly warn?: (sentence: string) => void;
}

export interface Gateway extends AsyncDisposable {
  /** Origin without a trailing slash. */
  readonly url: string;
  /** Of the admin listener; null where there is none. */
  readonly adminUrl: string | null;
  /** Refuses what comes from now on, and resolves when all that had come is answered, or after `withinMs`, with how many are not. */
  drain(withinMs: number): Promise<number>;
}

const listening = async (service: FastifyInstance, host: string, port: number, name: string): Promise<string> => {
  try {
    // A burst of callers must not wait for a second SYN: Node asks for 511 places where the system allows thousands.
    await service.listen({host, port, backlog: 4096});
  } catch (thrown) {
    throw new CutoverError('ENGINE_DID_NOT_START', `The gateway cannot listen on port ${port}: ${reasonOf(thrown)}`, {
      hint: `Take another ${name}; 0 takes a free one.`,
      cause: thrown,
    });
  }
  const {port: bound} = service.server.address() as AddressInfo;
  return `http://${host.includes(':') && !host.startsWith('[') ? `[${host}]` : host}:${bound}`;
};

const refuseOpenDoor = (host: string, token: string | null): void => {
  if (isLoopback(host) || (token !== null && token !== '')) return;
  throw new CutoverError(
    'BAD_OPTIONS',
    `--host ${host} lets other machines in, and there is no token to know callers by`,
    {
      hint: 'Set CUTOVER_GATEWAY_TOKEN, which callers then send as `authorization: Bearer …`, or leave --host out.',
    },
  );
};

/**
 * Serves the contract of docs/contract.md, in front of a stack or of what the admin listener is told (docs/gateway.md). Throws
 * BAD_OPTIONS for an engine that is such a service itself and for an open door without a token, ENGINE_DID_NOT_START when a port
 * cannot be had, RECORD_NOT_WRITABLE for the journal. Disposing of it closes every connection.
 */
export const startGateway = async ({
  stack,
  port,
  timeoutMs,
  host = '127.0.0.1',
  token = null,
  adminPort = null,
  journal: path = null,
  maxInFlight = 1024,
  maxQueued = 1024,
  log,
  warn = () => {},
}: GatewayOptions): Promise<Gateway> => {
  refuseOpenDoor(host, token);
  if (isLoopback(host) && token !== null)
    warn(
      'CUTOVER_GATEWAY_TOKEN is not asked for on 127.0.0.1: a proxy there that lets other machines in must ask for it itself.',
    );
  if (stack !== null && stack.engine.serving === null)
    throw new CutoverError('BAD_OPTIONS', `${stack.engine.title} is such a service itself`, {
      hint: 'Name the engine behind it: --engine vllm, sglang or openai.',
    });
  const switchboard = openSwitchboard(timeoutMs);
  if (stack !== null) {
    const endpoints = Object.fromEntries(stack.servers.map(server => [server.role, server]));
    switchboard.putTarget('baseline', {engine: stack.engine.name, evidence: stack.evidence, endpoints});
    switchboard.putRoute({primary: 'baseline', candidateShare: 0, mirrorShare: 0, standby: null});
  }
  await using opened = new AsyncDisposableStack();
  opened.defer(() => switchboard.close());
  const logs: LineBatch | null =
    log === undefined
      ? null
      : lineBatch(
          async text => log(text),
          () => {},
        );
  opened.defer(async () => logs?.flush());
  const journal = opened.use(await openJournal(path, warn));
  const door = turnstile({inFlight: maxInFlight, queued: maxQueued});
  const metrics: GatewayMetrics | null = adminPort === null ? null : gatewayMetrics(switchboard, door);
  const tell = (line: Omit<GatewayLine, 'seq'>) => {
    journal.add(line);
    metrics?.observe(line);
    const {id, kind, target, mirror, outcome, status, code, items} = line;
    if (logs !== null)
      service.log.info({
        id,
        kind,
        target,
        mirror,
        outcome,
        status,
        code,
        items,
        ms: Math.round(1000 * (line.endMs - line.receivedMs)) / 1000,
      });
  };
  const ledger = openLedger(door, tell);
  const copies = openCopies(ledger);
  opened.defer(async () => {
    await switchboard.close();
    await copies.settled();
  });
  let draining = false;
  const service = serviceOf({
    ...{door, switchboard, copies, timeoutMs, ledger},
    allows: isLoopback(host) || token === null ? null : bearerCheck(token),
    draining: () => draining,
    log: logs === null ? null : logs.add,
  });
  const url = await listening(service, host, port, '--port');
  opened.defer(async () => {
    await service.close();
    await ledger.settled(1000);
  });
  let adminUrl: string | null = null;
  if (metrics !== null && adminPort !== null) {
    const admin = adminListener({switchboard, journal, metrics});
    opened.defer(() => admin.close());
    adminUrl = await listening(admin, '127.0.0.1', adminPort, '--admin-port');
  }
  const open = opened.move();
  return {
    url,
    adminUrl,
    async drain(withinMs) {
      draining = true;
      return ledger.settled(withinMs);
    },
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  };
};
