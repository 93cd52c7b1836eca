/** A server that answers 200 to everything, and ends with exit code 3 when /die is asked for. */
import {createServer} from 'node:http';

const port = Number(process.argv[process.argv.indexOf('--port') + 1]);
createServer((request, response) => {
  response.end('{}');
  if (request.url !== '/die') return;
  process.stderr.write('RuntimeError: the device went away\n');
  process.exitCode = 3;
  process.exit();
}).listen(port, '127.0.0.1');
