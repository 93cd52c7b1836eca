import {createServer, type IncomingMessage} from 'node:http';
import type {AddressInfo} from 'node:net';
import {text} from 'node:stream/consumers';

interface Spoil {
  /** What is asked in its place. */
  asked?(body: string): string;
  /** What is answered in its place; it is told where was asked, and what. */
  answered?(body: string, path: string, asked: string): string;
}

const same = (body: string) => body;

/** A server that passes all on to `url`, spoilt as a defect would. */
export const standIn = async (
  url: string,
  {asked = same, answered = same}: Spoil,
): Promise<{readonly url: string} & AsyncDisposable> => {
  const forward = async (request: IncomingMessage) => {
    const body = asked(await text(request));
    const given = body === '' ? {} : {body, headers: {'content-type': 'application/json'}};
    const reply = await fetch(`${url}${request.url}`, {method: request.method ?? 'GET', ...given});
    return {status: reply.status, body: answered(await reply.text(), request.url ?? '', body)};
  };
  const server = createServer((request, response) => {
    forward(request).then(
      ({status, body}) => response.writeHead(status).end(body),
      () => response.destroy(),
    );
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: () =>
      new Promise<void>(resolve => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};
