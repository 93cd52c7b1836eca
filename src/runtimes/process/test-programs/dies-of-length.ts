/** The simulated engine behind a front that ends as SGLang's ranker did: of a document beyond the positions of its model. */
import {createServer} from 'node:http';
import {text} from 'node:stream/consumers';
import {parseArgs} from 'node:util';
import {simulatorConfig} from '../../../simulator/config.ts';
import {startSimulator} from '../../../simulator/server.ts';

const positions = 8192;

const {values} = parseArgs({options: {port: {type: 'string'}, model: {type: 'string'}}, strict: false});
const {url} = await startSimulator(simulatorConfig.parse({dialect: 'vllm', model: values.model, speed: 20}));
createServer(async (request, response) => {
  const body = await text(request);
  const {documents = []}: {documents?: string[]} = body === '' ? {} : JSON.parse(body);
  if (documents.length === 1 && (documents[0] ?? '').split(' ').length > positions) {
    process.stderr.write('CUDA error: device-side assert triggered\n', () => process.exit(1));
    return;
  }
  const reply = await fetch(`${url}${request.url}`, {
    method: request.method ?? 'GET',
    ...(body === '' ? {} : {body, headers: {'content-type': 'application/json'}}),
  });
  response.writeHead(reply.status, {'content-type': 'application/json', 'x-cutover-evidence': 'simulated'});
  response.end(await reply.text());
}).listen(Number(values.port), '127.0.0.1');
