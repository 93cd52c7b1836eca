import {once} from 'node:events';
import {parseArgs} from 'node:util';
import {twoStepRouter} from './router.ts';

const {values} = parseArgs({
  options: {
    host: {type: 'string', default: '127.0.0.1'},
    port: {type: 'string'},
    prefill: {type: 'string', multiple: true, default: []},
    decode: {type: 'string', multiple: true, default: []},
  },
});

const server = twoStepRouter(values);
server.listen(Number(values.port), values.host);
await once(server, 'listening');
process.stdout.write(`two-step router on http://${values.host}:${values.port}\n`);
process.once('SIGTERM', () => {
  server.close();
  server.closeIdleConnections();
});
