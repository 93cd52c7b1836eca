import type {ServerFacts, Usage} from '../engines/engine.ts';
import {resultsOf} from '../engines/whole-reply.ts';
import type {WorkloadRequest} from '../schema/request.ts';
import type {Failure} from '../schema/sample.ts';
import {nothingTold, type ReplyReaders} from './chat-stream.ts';

/** Texts or documents of a request; 1 for chat. */
export const itemsOf = (request: WorkloadRequest): number =>
  request.kind === 'embed' ? request.texts.length : request.kind === 'rerank' ? request.documents.length : 1;

/** Vectors or results that the reply to a request has: fewer than its items where only the best documents are asked for. */
const repliesOf = (request: WorkloadRequest): number =>
  request.kind === 'rerank' ? resultsOf(request) : itemsOf(request);

/** The failure that an HTTP status of 400 or more stands for, in the server's own words. */
export const statusFailure = (engine: ReplyReaders, status: number, body: string): Failure => ({
  kind: 'status',
  message:
    body === '' ? `HTTP ${status} without a body` : `HTTP ${status}: ${engine.readError(body) ?? body.slice(0, 200)}`,
  status,
});

export interface WholeVerdict {
  readonly usage: Usage;
  readonly failure: Failure | null;
}

/** Whether an embed or rerank reply is an answer to `request`, and what it says of tokens. */
export const judgeWholeReply = (
  engine: ReplyReaders,
  facts: ServerFacts,
  request: WorkloadRequest,
  {status, body}: {readonly status: number; readonly body: string},
): WholeVerdict => {
  if (status >= 400) return {usage: nothingTold, failure: statusFailure(engine, status, body)};
  let reply: unknown;
  try {
    reply = JSON.parse(body);
  } catch {
    const empty = body === '';
    const message = empty ? 'the reply has no body' : `the reply is not JSON: ${body.slice(0, 200)}`;
    return {usage: nothingTold, failure: {kind: empty ? 'empty' : 'malformed', message, status}};
  }
  const {usage, items, problem} = engine.readWhole(request, reply, facts);
  const asked = repliesOf(request);
  const wrong = problem ?? (items === asked ? null : `the reply has ${items} items for ${asked}`);
  return {usage, failure: wrong === null ? null : {kind: 'malformed', message: wrong, status}};
};
