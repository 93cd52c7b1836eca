import type {Endpoint, Engine, Usage} from '../engines/engine.ts';
import type {Session, WorkloadRequest} from '../schema/request.ts';
import type {Failure, Sample} from '../schema/sample.ts';
import type {ChatStream, ReplyReaders} from './chat-stream.ts';
import type {HttpRequest} from './transport.ts';
import {itemsOf} from './whole-reply.ts';

/** The part of an engine that a request passes through. */
export type Wire = ReplyReaders & Pick<Engine, 'path' | 'body'>;

/** One request of a session, put into the engine's words and ready to be sent. */
export interface Turn {
  readonly session: string;
  /** 1 for the first request of a session. */
  readonly turn: number;
  readonly request: WorkloadRequest;
  readonly http: HttpRequest;
}

/** Every request of a session, each prepared when it is asked for. */
export const turnsOf = function* (
  session: Session,
  engine: Wire,
  {model}: Pick<Endpoint, 'model'>,
): Generator<Turn, undefined> {
  for (const [index, request] of session.requests.entries()) {
    const body = Buffer.from(JSON.stringify(engine.body(request, model)));
    const headers = {'content-type': 'application/json', 'x-request-id': request.id};
    yield {
      session: session.id,
      turn: index + 1,
      request,
      http: {method: 'POST', path: engine.path(request.kind), headers, body},
    };
  }
};

/** What happened to one turn. Times are ms on the trial's clock. */
export interface Happened {
  readonly trial: number;
  readonly index: number;
  readonly scheduledMs: number | null;
  readonly sentMs: number;
  readonly firstByteMs: number | null;
  readonly endMs: number;
  readonly replyBytes: number;
  readonly usage: Usage;
  /** Null where the reply was not a stream. */
  readonly stream: ChatStream | null;
  readonly failure: Failure | null;
}

export const sampleOf = ({session, turn, request}: Turn, {stream, usage, failure, ...happened}: Happened): Sample => {
  const tokenEventsMs = stream?.tokenEventsMs ?? [];
  const tokensPerEvent = stream?.tokensPerEvent ?? null;
  const common = {
    id: request.id,
    kind: request.kind,
    session,
    turn,
    items: itemsOf(request),
    ...happened,
    firstChunkMs: stream?.firstChunkMs ?? null,
    firstTokenMs: tokenEventsMs[0] ?? null,
    lastTokenMs: tokenEventsMs.at(-1) ?? null,
    tokenEventsMs,
    tokensPerEvent: tokensPerEvent && [...tokensPerEvent],
    ...usage,
    finishReason: stream?.finishReason ?? null,
  };
  return failure === null ? {outcome: 'ok', ...common} : {outcome: 'failed', failure, ...common};
};
