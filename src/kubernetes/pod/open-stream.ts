import {once} from 'node:events';
import {type ClientRequest, type IncomingMessage, request as requestHttp} from 'node:http';
import {type RequestOptions, request as requestHttps} from 'node:https';
import {text} from 'node:stream/consumers';
import type {Cluster} from '../connect.ts';

/** A stream that was broken off for its silence. */
export class SilentStream extends Error {}

export interface StreamOptions {
  /** Without a byte for so long it is broken off: a machine that vanishes says no farewell. */
  readonly idleMs: number;
  readonly signal: AbortSignal;
}

/**
 * The body of a GET that may go on for long, which the client's own calls would hold in memory. Rejects with an error
 * whose `code` is the status and whose `body` is the server's text, or with the connection's; so does reading it.
 */
export const openStream = async (
  {config}: Cluster,
  path: string,
  {idleMs, signal}: StreamOptions,
): Promise<IncomingMessage> => {
  const options: RequestOptions = {};
  await config.applyToHTTPSOptions(options);
  const url = new URL(`${config.getCurrentCluster()?.server}${path}`);
  const request: ClientRequest = (url.protocol === 'https:' ? requestHttps : requestHttp)(url, {...options, signal});
  request.setTimeout(idleMs, () => request.destroy(new SilentStream(`no byte came for ${idleMs} ms`)));
  request.end();
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  // Once there is a response it tells of what breaks; the request's own error would end the program.
  request.on('error', () => {});
  if (response.statusCode === 200) return response;
  const body = await text(response);
  throw Object.assign(new Error(`HTTP status ${response.statusCode}`), {code: response.statusCode, body});
};
