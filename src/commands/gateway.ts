import {once} from 'node:events';
import {engines} from '../engines/index.ts';
import {startGateway} from '../gateway/server.ts';
import type {Options} from '../options.ts';
import {roles} from '../schema/request.ts';
import type {Terminal} from '../terminal.ts';
import {bringUp} from './bring-up.ts';

/** The port of seed 000's service. */
const defaultPort = 3001;

/**
 * Serves the contract in front of servers that already serve, or of the simulated engine where none are named, until the
 * signal aborts. Throws ENGINE_DIED when the simulated engine ends before.
 */
export const serveGateway = async (options: Options, terminal: Terminal, interrupted: AbortSignal): Promise<void> => {
  const engine = engines[options.engine ?? 'simulated'];
  const runtime = options.attach.length > 0 ? 'attach' : 'embedded';
  const choice = {runtime, plan: null, hostSettings: {}} as const;
  // No plan, so nothing that is started: neither a run nor a folder has a use.
  const nothingStarted = {roles, runId: '', folder: ''};
  await using stack = await bringUp({
    ...nothingStarted,
    engine,
    choice,
    options,
    signal: interrupted,
    onLine: terminal.note,
  });
  await using gateway = await startGateway({
    stack,
    port: options.port ?? defaultPort,
    timeoutMs: options.timeout * 1000,
  });
  terminal.out(`${gateway.url}\n`);
  terminal.note(`POST /embed, /rerank, /chat and GET /health there, in front of ${engine.title}. Ctrl-C stops it.`);
  const over = AbortSignal.any([interrupted, stack.died]);
  if (!over.aborted) await once(over, 'abort');
  if (stack.died.aborted) throw stack.died.reason;
};
