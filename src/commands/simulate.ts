import {once} from 'node:events';
import {engines} from '../engines/index.ts';
import {CutoverError, reasonOf} from '../errors.ts';
import type {Options} from '../options.ts';
import {simulatorConfig} from '../simulator/config.ts';
import {startSimulator} from '../simulator/server.ts';
import type {Terminal} from '../terminal.ts';

/** Serves the simulated engine until the signal aborts. */
export const simulate = async (options: Options, terminal: Terminal, interrupted: AbortSignal): Promise<void> => {
  const dialect = engines[options.engine ?? 'simulated'].simulatorDialect;
  if (dialect === null)
    throw new CutoverError('BAD_OPTIONS', `--engine ${options.engine} has no dialect of its own to simulate`, {
      hint: 'Write --engine vllm or --engine sglang.',
    });
  const model = options.model.at(-1)?.value;
  const config = simulatorConfig.parse({
    dialect,
    port: options.port,
    seed: options.seed,
    faults: options.fault,
    ...(model === undefined ? {} : {model}),
  });
  await using simulator = await startSimulator(config).catch((thrown: unknown) => {
    throw new CutoverError(
      'ENGINE_DID_NOT_START',
      `the simulated engine could not serve on port ${options.port}: ${reasonOf(thrown)}`,
      {hint: 'Name another port, or --port 0 for a free one.', cause: thrown},
    );
  });
  terminal.out(`${simulator.url}\n`);
  terminal.note(
    `The simulated engine speaks ${dialect}'s dialect there. Nothing measured on it says anything about a real engine. Ctrl-C stops it.`,
  );
  if (!interrupted.aborted) await once(interrupted, 'abort');
};
