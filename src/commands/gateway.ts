import {once} from 'node:events';
import {engines} from '../engines/index.ts';
import {type GatewayOptions, startGateway} from '../gateway/server.ts';
import type {Options} from '../options.ts';
import type {Stack} from '../runtimes/stack.ts';
import {roles} from '../schema/request.ts';
import type {Terminal} from '../terminal.ts';
import {bringUp} from './bring-up.ts';

/** The port of seed 000's service. */
const defaultPort = 3001;

/** No plan, so nothing that is started: neither a run nor a folder has a use. */
const stackBehind = (options: Options, terminal: Terminal, signal: AbortSignal): Promise<Stack> =>
  bringUp({
    engine: engines[options.engine ?? 'simulated'],
    choice: {runtime: options.attach.length > 0 ? 'attach' : 'embedded', plan: null, hostSettings: {}},
    options,
    ...{roles, runId: '', folder: '', signal},
    onLine: terminal.note,
  });

const optionsOf = (options: Options, terminal: Terminal): Omit<GatewayOptions, 'stack'> => ({
  port: options.port ?? defaultPort,
  timeoutMs: options.timeout * 1000,
  host: options.host,
  token: process.env.CUTOVER_GATEWAY_TOKEN ?? null,
  adminPort: options.adminPort,
  journal: options.journal,
  ...(options.maxInFlight === null ? {} : {maxInFlight: options.maxInFlight}),
  maxQueued: options.maxQueued,
  log: options.quiet ? undefined : text => void process.stderr.write(text),
  warn: terminal.warn,
});

/**
 * Serves the contract in front of servers that already serve, or of the simulated engine where none are named, or of what its
 * admin listener is told, until the signal aborts; then no more is taken, and what was is answered, for --timeout at most. Throws
 * ENGINE_DIED when the simulated engine ends before.
 */
export const serveGateway = async (options: Options, terminal: Terminal, interrupted: AbortSignal): Promise<void> => {
  // An admin listener alone: who is asked comes later.
  const steered = options.adminPort !== null && options.engine === null;
  await using stack = steered ? null : await stackBehind(options, terminal, interrupted);
  await using gateway = await startGateway({stack, ...optionsOf(options, terminal)});
  terminal.out(`${gateway.url}\n`);
  if (gateway.adminUrl !== null) terminal.out(`${gateway.adminUrl}\n`);
  const behind = steered ? 'nothing yet' : engines[options.engine ?? 'simulated'].title;
  terminal.note(`POST /embed, /rerank, /chat and GET /health there, in front of ${behind}. Ctrl-C stops it.`);
  const over = stack === null ? interrupted : AbortSignal.any([interrupted, stack.died]);
  if (!over.aborted) await once(over, 'abort');
  if (stack?.died.aborted) throw stack.died.reason;
  const left = await gateway.drain(options.timeout * 1000);
  if (left > 0) terminal.warn(`${left} requests were not answered in time.`);
};
