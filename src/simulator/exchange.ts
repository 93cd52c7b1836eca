import type {IncomingMessage, ServerResponse} from 'node:http';
import {invalid, Refusal} from './bodies.ts';
import type {Page} from './dialects/dialect.ts';
import type {OpenTruth} from './truth.ts';

/** On every reply of whatever kind, so that a simulated engine can never pass for a real one. */
export const evidenceHeader = ['x-cutover-evidence', 'simulated'] as const;

/** One HTTP request and the way to answer it. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** When the request's head had been read. */
  readonly receivedMs: number;
}

/** A request for something that the engine works on. */
export interface Asked extends Exchange {
  readonly requestId: string;
  readonly truth: OpenTruth;
}

const bodyLimitBytes = 32 * 2 ** 20;

/** The whole body as text; throws a Refusal when it is no JSON by its own account, or over 32 MiB. */
export const readText = async (request: IncomingMessage): Promise<string> => {
  const [mediaType = ''] = (request.headers['content-type'] ?? '').toLowerCase().split(';');
  if (mediaType.trim() !== 'application/json')
    throw invalid("Unsupported Media Type: Only 'application/json' is allowed");
  const chunks: Buffer[] = [];
  let bytes = 0;
  // Leaving the loop must not destroy the socket: the refusal is still to be sent on it.
  for await (const chunk of request.iterator({destroyOnReturn: false})) {
    bytes += chunk.length;
    if (bytes > bodyLimitBytes)
      throw new Refusal({kind: 'http', status: 413, message: 'The body is over 32 MiB.', param: null});
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
};

export const sendPage = (response: ServerResponse, {status, type, body}: Page): void => {
  const headers = {'content-length': Buffer.byteLength(body), ...(type === null ? {} : {'content-type': type})};
  response.writeHead(status, headers).end(body);
};
