import {parentPort, workerData} from 'node:worker_threads';
import {reasonOf} from '../errors.ts';
import {simulatorConfig} from './config.ts';
import {startSimulator} from './server.ts';

/**
 * A simulated engine on a thread of its own, so that it does not share the client's event loop. Takes a SimulatorConfig as workerData,
 * posts `{url, bootstrapPort}` when it serves, stands still on 'freeze' while
 * the first word of `ice` is 1, and ends on 'stop'. Ends with code 1 and a last line on stderr when it dies.
 */
const {ice, ...config} = workerData as {ice?: Int32Array};
const simulator = await startSimulator(simulatorConfig.parse(config));

simulator.died.addEventListener('abort', () => {
  process.stderr.write(`${reasonOf(simulator.died.reason)}\n`);
  process.exit(1);
});

parentPort?.on('message', async message => {
  if (message === 'freeze' && ice !== undefined) Atomics.wait(ice, 0, 1); // until somebody else sets it to 0
  if (message !== 'stop') return;
  await simulator[Symbol.asyncDispose]();
  parentPort?.close();
});
parentPort?.postMessage({url: simulator.url, bootstrapPort: simulator.bootstrapPort});
