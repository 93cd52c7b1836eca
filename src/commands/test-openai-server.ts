import {once} from 'node:events';
import {createServer, type ServerResponse} from 'node:http';
import type {AddressInfo} from 'node:net';
import {json} from 'node:stream/consumers';
import {setImmediate as nextTurn} from 'node:timers/promises';

interface Post {
  readonly path: string;
  /** Of the JSON body, what the tests look at. */
  readonly body: {readonly model: string; readonly max_tokens?: number; readonly input?: readonly string[]};
}

interface Behaviour {
  /** Every POST is refused with this status. */
  readonly refusing?: number;
  /** POSTs that are answered; of those after them each gets its first token and no more. */
  readonly answers?: number;
  /** Awaited before a POST is answered. */
  readonly onPost?: () => Promise<unknown>;
}

const sse = (data: unknown) => `data: ${JSON.stringify(data)}\n\n`;
const choice = (delta: object, finish_reason: string | null = null) =>
  sse({choices: [{index: 0, delta, finish_reason}]});

const streamChat = async (response: ServerResponse, tokens: number, holds: boolean) => {
  response.writeHead(200, {'content-type': 'text/event-stream'});
  response.write(choice({role: 'assistant', content: ''}));
  for (let token = 0; token < tokens; token += 1) {
    response.write(choice({content: ` t${token}`}));
    await nextTurn(); // so that not all of it arrives in one read
    if (holds) return;
  }
  response.end(`${choice({}, 'length')}data: [DONE]\n\n`);
};

/**
 * A server with as much of OpenAI's API as a request needs and nothing else: it counts no tokens, lists no models and
 * knows nothing of health. Written without cutover's own simulated engine, so that it shares none of its mistakes.
 */
export const openaiServer = async ({refusing, answers = Number.POSITIVE_INFINITY, onPost}: Behaviour = {}) => {
  const posts: Post[] = [];
  const gets: string[] = [];
  let [inFlight, inFlightMax] = [0, 0];
  const held = Promise.withResolvers<void>();
  const server = createServer(async (request, response) => {
    const path = request.url ?? '';
    if (request.method !== 'POST') {
      gets.push(path);
      response.writeHead(404).end();
      return;
    }
    inFlight += 1;
    inFlightMax = Math.max(inFlightMax, inFlight);
    response.once('close', () => {
      inFlight -= 1;
    });
    const body = (await json(request)) as Post['body'];
    posts.push({path, body});
    await onPost?.();
    const holds = posts.length > answers;
    if (refusing !== undefined) response.writeHead(refusing).end('{"error":{"message":"no room"}}');
    else if (path === '/v1/chat/completions') await streamChat(response, body.max_tokens ?? 1, holds);
    else {
      const data = (body.input ?? []).map((_, index) => ({object: 'embedding', index, embedding: [0.6, 0.8]}));
      response.writeHead(200, {'content-type': 'application/json'}).end(JSON.stringify({object: 'list', data}));
    }
    if (holds) held.resolve();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    posts: posts as readonly Post[],
    gets: gets as readonly string[],
    inFlightMax: () => inFlightMax,
    /** Resolves when a request is held back. */
    held: held.promise,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
};
