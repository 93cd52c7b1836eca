import {parentPort, workerData} from 'node:worker_threads';
import {reasonOf} from '../errors.ts';
import {simulatorConfig} from './config.ts';
import {startSimulator} from './server.ts';

/**
 * A simulated engine on a thread of its own, so that it does not share the client's event loop. Takes a SimulatorConfig as workerData,
 * posts `{url}` when it serves, and ends on the message 'stop'. Ends with code 1 and a last line on stderr when it dies.
 */
const simulator = await startSimulator(simulatorConfig.parse(workerData));

simulator.died.addEventListener('abort', () => {
  process.stderr.write(`${reasonOf(simulator.died.reason)}\n`);
  process.exit(1);
});

parentPort?.on('message', async message => {
  if (message !== 'stop') return;
  await simulator[Symbol.asyncDispose]();
  parentPort?.close();
});
parentPort?.postMessage({url: simulator.url});
