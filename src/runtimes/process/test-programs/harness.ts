/** Starts a server as the harness does, says so, and waits to be killed: `node harness.ts <program> <port> <log folder>`. */
import {startProcesses} from '../start.ts';
import {planFor, quickEngine} from './test-stack.ts';

const [program = '', port = '', logDir = ''] = process.argv.slice(2);
await startProcesses({
  engine: quickEngine,
  plan: planFor([{role: 'chat', port: Number(port)}]),
  launcher: [process.execPath, program],
  python: 'python3',
  models: {},
  roles: ['chat'],
  host: '127.0.0.1',
  logDir,
  signal: new AbortController().signal,
  onLine: line => process.stdout.write(`${line}\n`),
});
setInterval(() => {}, 1e6);
