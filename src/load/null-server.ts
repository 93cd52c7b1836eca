import {createServer} from 'node:http';
import type {AddressInfo} from 'node:net';
import {parentPort} from 'node:worker_threads';

/** A worker that answers every request at once with the same stream of 64 tokens; tells its port when it listens. */
const tokens = 64;

const event = (chunk: unknown) => `data: ${JSON.stringify(chunk)}\n\n`;
const delta = (content: string) => event({id: 'null', choices: [{index: 0, delta: {content}, finish_reason: null}]});
const usage = {prompt_tokens: 16, completion_tokens: tokens, total_tokens: 16 + tokens};

const stream = Buffer.from(
  [
    ...Array.from({length: tokens}, (_, index) => delta(` word${index}`)),
    event({id: 'null', choices: [{index: 0, delta: {}, finish_reason: 'length'}]}),
    event({id: 'null', choices: [], usage}),
    'data: [DONE]\n\n',
  ].join(''),
);

const server = createServer((request, response) => {
  request.resume().on('end', () => {
    response.writeHead(200, {'content-type': 'text/event-stream', 'content-length': stream.length}).end(stream);
  });
});
server.listen(0, '127.0.0.1', () => parentPort?.postMessage((server.address() as AddressInfo).port));
