import type {Endpoint, Engine, Usage} from '../engines/engine.ts';
import type {Session, WorkloadRequest} from '../schema/request.ts';
import type {Failure, Sample} from '../schema/sample.ts';
import {withReplies} from '../sessions/conversation.ts';
import type {ChatStream, ReplyReaders} from './chat-stream.ts';
import type {HttpRequest} from './transport.ts';
import {itemsOf} from './whole-reply.ts';

/** What was answered, by the request's place in its session; undefined where nothing was. */
type Replies = readonly (string | undefined)[];

/** The part of an engine that a request passes through. */
export type Wire = ReplyReaders & Pick<Engine, 'path' | 'body' | 'streams'>;

/** One request of a session, put into the engine's words and ready to be sent. */
export interface Turn {
  readonly session: string;
  /** What the session calls it: 1 for its first request unless it says otherwise. */
  readonly turn: number;
  /** Between the end of the reply before it and its sending. */
  readonly pauseMs: number;
  readonly request: WorkloadRequest;
  readonly http: HttpRequest;
  /** To be told what was answered; null where no later request says it again. */
  readonly onReply: ((text: string) => void) | null;
}

/** The request with what was answered in its history; null where an answer in it is missing, because its request failed. */
const saidAgain = (request: WorkloadRequest, replies: Replies): WorkloadRequest | null => {
  if (request.kind !== 'chat') return request;
  const messages = withReplies(request.messages, replies);
  return messages && {...request, messages};
};

/**
 * Every request of a session, each prepared when it is asked for. Where the history is the engine's own, that must be
 * after the reply before it, and requests with a reply in their history that never came are left out.
 */
export const turnsOf = function* (
  session: Session,
  engine: Wire,
  {model, sessionHeader}: Pick<Endpoint, 'model' | 'sessionHeader'>,
): Generator<Turn, undefined> {
  const replies: (string | undefined)[] | null = session.history === 'engine' ? [] : null;
  for (const [index, planned] of session.requests.entries()) {
    const request = replies === null ? planned : saidAgain(planned, replies);
    if (request === null) continue;
    const onReply =
      replies &&
      ((text: string) => {
        replies[index] = text;
      });
    const body = Buffer.from(JSON.stringify(engine.body(request, model)));
    const headers = {
      'content-type': 'application/json',
      'x-request-id': request.id,
      ...(sessionHeader === undefined ? {} : {[sessionHeader]: session.id}),
    };
    yield {
      session: session.id,
      turn: session.turns?.[index] ?? index + 1,
      pauseMs: session.pausesMs?.[index] ?? 0,
      request,
      http: {method: 'POST', path: engine.path(request.kind), headers, body},
      onReply: index + 1 < session.requests.length ? onReply : null,
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

/** A server's text may have half of a surrogate pair in it, as JSON allows; and one that was cut may end in one. No file of samples has. */
const wellFormed = (failure: Failure): Failure => ({...failure, message: failure.message.toWellFormed()});

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
    finishReason: stream?.finishReason?.toWellFormed() ?? null,
  };
  return failure === null ? {outcome: 'ok', ...common} : {outcome: 'failed', failure: wellFormed(failure), ...common};
};
