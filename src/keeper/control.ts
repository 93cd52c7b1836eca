import {once} from 'node:events';
import {createServer, type IncomingMessage, type ServerResponse} from 'node:http';
import type {AddressInfo} from 'node:net';
import {text} from 'node:stream/consumers';
import {z} from 'zod';
import {CutoverError, reasonOf} from '../errors.ts';
import {issueSentences} from '../issue-sentence.ts';
import {relayMode, strikeBody} from './contract.ts';
import type {KeptStack} from './kept-stack.ts';
import {NotPossible} from './not-possible.ts';

export interface Control extends AsyncDisposable {
  /** Origin without a trailing slash. */
  readonly url: string;
  /** Resolves when somebody has asked the stack to stop, and it has. */
  readonly stopped: Promise<void>;
}

type Action = (kept: KeptStack, body: unknown) => unknown;

const actions: Readonly<Record<string, Action>> = {
  'GET /state': kept => kept.state(),
  'GET /memory': kept => kept.memory(),
  'GET /processes': kept => kept.processes(),
  'GET /account': kept => kept.account(),
  'POST /strike': (kept, body) => kept.strike(strikeBody.parse(body)),
  'POST /relay': (kept, body) => kept.relay(relayMode.parse(body)),
  'POST /stop': kept => kept.stop(),
};

/** Whoever resolves a name of his own to 127.0.0.1 in somebody's browser says that name here. */
const ownHost = /^(127\.0\.0\.1|localhost)(:\d+)?$/;

/** What a keeper is asked through, on loopback alone. Throws ENGINE_DID_NOT_START when the port cannot be had. */
export const serveControl = async (kept: KeptStack, port: number): Promise<Control> => {
  const stopped = Promise.withResolvers<void>();
  const server = createServer((request, response) => {
    void answer(kept, request, response).then(path => {
      if (path === '/stop') stopped.resolve();
    });
  });
  try {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
  } catch (cause) {
    throw new CutoverError('ENGINE_DID_NOT_START', `The keeper cannot listen on port ${port}: ${reasonOf(cause)}`, {
      hint: 'Take another --control-port; 0 takes a free one.',
      cause,
    });
  }
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stopped: stopped.promise,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections(); // a strike may wait for as long as a stack takes to start
      await once(server, 'close');
    },
  };
};

/** Resolves with the path when the answer is out, or nobody is there to take it. */
const answer = async (kept: KeptStack, request: IncomingMessage, response: ServerResponse): Promise<string> => {
  const [path = ''] = (request.url ?? '').split('?');
  const sent = once(response, 'close');
  const {status, body} = await reply(kept, request, `${request.method} ${path}`);
  response.writeHead(status, {'content-type': 'application/json', connection: 'close'}).end(JSON.stringify(body));
  await sent;
  return status === 200 ? path : '';
};

interface Reply {
  readonly status: number;
  readonly body: unknown;
}

const refused = (status: number, code: string, message: string): Reply => ({status, body: {error: {code, message}}});

class NotJson extends Error {}

const parsed = (body: string): unknown => {
  try {
    return JSON.parse(body);
  } catch (thrown) {
    throw new NotJson(`The body is not JSON (${reasonOf(thrown)}): send an object, {} where there is nothing to say`);
  }
};

const reply = async (kept: KeptStack, request: IncomingMessage, key: string): Promise<Reply> => {
  const action = actions[key];
  if (!ownHost.test(request.headers.host ?? '')) return refused(403, 'host', 'this listener is for its own machine');
  if (action === undefined)
    return refused(404, 'unknown', `there is no ${key}; there are ${Object.keys(actions).join(', ')}`);
  const post = request.method === 'POST';
  // A page in a browser cannot send this type to another origin without being asked first.
  if (post && !/^application\/json\b/.test(request.headers['content-type'] ?? ''))
    return refused(415, 'type', 'The body must be application/json: send that as its content-type');
  try {
    return {status: 200, body: await action(kept, post ? parsed(await text(request)) : undefined)};
  } catch (thrown) {
    if (thrown instanceof NotPossible) return refused(409, 'not-possible', thrown.message);
    if (thrown instanceof z.ZodError) return refused(400, 'body', issueSentences(thrown));
    if (thrown instanceof NotJson) return refused(400, 'body', thrown.message);
    return refused(500, 'failed', reasonOf(thrown));
  }
};
