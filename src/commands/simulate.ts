import {once} from 'node:events';
import {engines} from '../engines/index.ts';
import {CutoverError, reasonOf} from '../errors.ts';
import type {Options} from '../options.ts';
import {simulatorConfig} from '../simulator/config.ts';
import {startSimulator} from '../simulator/server.ts';
import type {Terminal} from '../terminal.ts';

/** Serves the simulated engine until the signal aborts; throws ENGINE_DIED when a fault ends it before. */
export const simulate = async (options: Options, terminal: Terminal, interrupted: AbortSignal): Promise<void> => {
  const dialect = engines[options.engine ?? 'simulated'].simulatorDialect;
  if (dialect === null)
    throw new CutoverError('BAD_OPTIONS', `--engine ${options.engine} has no dialect of its own to simulate`, {
      hint: 'Write --engine vllm or --engine sglang.',
    });
  const model = options.model.at(-1)?.value;
  const config = simulatorConfig.parse({
    dialect,
    host: options.host,
    port: options.port ?? 0,
    seed: options.seed,
    faults: options.fault,
    kvTokens: options.kvTokens ?? undefined,
    pageTokens: options.pageSize ?? undefined,
    ...(model === undefined ? {} : {model}),
  });
  await using simulator = await startSimulator(config);
  terminal.out(`${simulator.url}\n`);
  terminal.note(
    `The simulated engine speaks ${dialect}'s dialect there. Nothing measured on it says anything about a real engine. Ctrl-C stops it.`,
  );
  const over = AbortSignal.any([interrupted, simulator.died]);
  if (!over.aborted) await once(over, 'abort');
  if (!simulator.died.aborted) return;
  throw new CutoverError('ENGINE_DIED', reasonOf(simulator.died.reason), {hint: 'Leave the fault "dies" out.'});
};
