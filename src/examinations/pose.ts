import {CutoverError, reasonOf} from '../errors.ts';
import {fetchText, sendingBroke} from '../http/fetch-text.ts';
import type {Answer} from '../schema/answer.ts';

export interface Question {
  readonly id: string;
  readonly pass: number;
  readonly about: string;
  readonly method: 'GET' | 'POST';
  /** Origin without a trailing slash. */
  readonly origin: string;
  readonly path: string;
  readonly contentType: string | null;
  readonly body: string | Uint8Array | null;
}

export interface PosedReply {
  readonly status: number;
  readonly body: string;
}

const keptCharacters = 4096;

/** A body as an answers file tells it: bytes that are no UTF-8 and long texts are told in words. */
export const toldBody = (body: string | Uint8Array | null): string | null => {
  if (body === null) return null;
  if (typeof body !== 'string') {
    try {
      return toldBody(new TextDecoder('utf-8', {fatal: true}).decode(body));
    } catch {
      return `(${body.length} bytes that are not UTF-8)`;
    }
  }
  return body.length <= keptCharacters ? body : `(${body.length} characters, beginning with ${body.slice(0, 200)})`;
};

const bytesOf = (body: string | Uint8Array | null): number => (body === null ? 0 : Buffer.byteLength(body));

/** Whether no reply came because the connection broke while the question was being sent: then nobody knows the reply. */
export const brokeWhileSending = ({failure}: Pick<Answer, 'failure'>): boolean =>
  failure !== null && (failure.startsWith(sendingBroke) || failure === 'write EPIPE'); // as older files have it

const isEngineDeath = (thrown: unknown) => thrown instanceof CutoverError && thrown.code === 'ENGINE_DIED';

/**
 * Asks one question and makes an answer of what came. `keep` says what of the reply is kept. No reply is an answer too,
 * also where the engine died of the question; rejects only with the signal's own reason.
 */
export const pose = async (
  {origin, id, pass, about, method, path, contentType, body}: Question,
  {timeoutMs, signal}: {timeoutMs: number; signal: AbortSignal},
  keep: (reply: PosedReply | null) => unknown,
): Promise<Answer> => {
  const asked = {id, pass, about, request: {method, path, contentType, body: toldBody(body), bytes: bytesOf(body)}};
  signal.throwIfAborted();
  const startedMs = performance.now();
  const took = () => Math.round((performance.now() - startedMs) * 1000) / 1000;
  try {
    const headers = contentType === null ? {} : {'content-type': contentType};
    const reply = await fetchText(origin + path, {
      method,
      timeoutMs,
      signal,
      headers,
      ...(body === null ? {} : {body}),
    });
    return {...asked, status: reply.status, failure: null, durationMs: took(), reply: keep(reply)};
  } catch (thrown) {
    if (!isEngineDeath(thrown)) signal.throwIfAborted();
    return {...asked, status: null, failure: reasonOf(thrown), durationMs: took(), reply: keep(null)};
  }
};
