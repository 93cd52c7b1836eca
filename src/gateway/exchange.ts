import type {Engine} from '../engines/engine.ts';
import {machineNow} from '../load/clock.ts';
import type {Sending} from './connections.ts';
import {Refusal} from './refusal.ts';
import type {Target} from './target.ts';
import type {Visit} from './visit.ts';

/** Far more than any answer has: 128 vectors of 4096 numbers are 10 MiB of JSON. */
const replyLimitBytes = 64 * 2 ** 20;

export interface Question {
  /** Origin of the server. */
  readonly url: string;
  readonly path: string;
  readonly body: string | Buffer;
}

/** Reads a reply while it comes; what it throws (a Refusal) ends the exchange. */
interface ReplyReader {
  head(status: number, contentType: string): void;
  data(bytes: Buffer, sending: Sending): void;
}

/**
 * One question to a target, sent once. Resolves when the reply has been read to its end; rejects with a Refusal when it breaks,
 * takes too long, or the caller goes away: then the connection is closed, so that the engine stops.
 */
const exchange = (target: Target, {url, path, body}: Question, visit: Visit, reader: ReplyReader): Promise<void> => {
  const {load, timeoutMs} = target;
  const {promise, resolve, reject} = Promise.withResolvers<void>();
  const end = () => {
    clearTimeout(patience);
    load.heard(visit);
    visit.onGone = null;
  };
  const stop = (thrown: unknown) => {
    sending.abort();
    end();
    reject(thrown);
  };
  const guarded = (read: () => void) => {
    try {
      read();
    } catch (thrown) {
      stop(thrown);
    }
  };
  let silent = true;
  // Who waited for a place has less left: a caller who is told so in time is refused, one who gives up before is lost.
  const leftMs = timeoutMs - (machineNow() - visit.atDoorMs);
  const patience = setTimeout(
    () => stop(new Refusal('engine_timeout', `There was no answer of the engine within ${timeoutMs / 1000} s`)),
    Math.max(1, leftMs),
  );
  visit.ask(target.arm);
  load.ask(visit);
  const sending = target.connections(url).post(path, body, visit.id, {
    onSent() {
      visit.askedMs = machineNow();
      load.sent();
    },
    onHead: (status, contentType) => guarded(() => reader.head(status, contentType)),
    onData(bytes) {
      if (silent) {
        silent = false;
        visit.firstByteMs = machineNow();
        load.heard(visit);
      }
      guarded(() => reader.data(bytes, sending));
    },
    onEnd() {
      end();
      resolve();
    },
    onError(refusal) {
      end();
      reject(refusal);
    },
  });
  visit.onGone = () => stop(new Refusal('internal', 'The caller went away'));
  if (visit.over) visit.onGone();
  return promise;
};

/** Pieces of one reply, up to the limit; throws a Refusal beyond it. */
const gathering = () => {
  const pieces: Buffer[] = [];
  let length = 0;
  return {
    add(bytes: Buffer) {
      length += bytes.length;
      if (length > replyLimitBytes)
        throw new Refusal('engine_failed', `The engine's reply is over ${replyLimitBytes / 2 ** 20} MiB`);
      pieces.push(bytes);
    },
    whole: () => (pieces.length === 1 ? (pieces[0] as Buffer) : Buffer.concat(pieces, length)),
  };
};

/** The bytes of an answer (200). Throws a Refusal for everything else. */
export const askWhole = async (target: Target, question: Question, visit: Visit): Promise<Buffer> => {
  const gathered = gathering();
  let status = 0;
  await exchange(target, question, visit, {
    head(code) {
      status = code;
    },
    data: gathered.add,
  });
  const bytes = gathered.whole();
  if (status !== 200) throw refusalOf(status, bytes, target.engine.readError);
  return bytes;
};

/** As `askWhole`, for an event stream: `data` gets its bytes as they come. */
export const askStream = async (
  target: Target,
  question: Question,
  visit: Visit,
  data: (bytes: Buffer, sending: Sending) => void,
): Promise<void> => {
  const gathered = gathering();
  let [status, streams] = [0, false];
  await exchange(target, question, visit, {
    head(code, contentType) {
      status = code;
      streams = code === 200 && contentType.startsWith('text/event-stream');
    },
    data: (bytes, sending) => (streams ? data(bytes, sending) : gathered.add(bytes)),
  });
  if (streams) return;
  if (status !== 200) throw refusalOf(status, gathered.whole(), target.engine.readError);
  throw new Refusal('engine_failed', 'The engine answered with something that is no stream');
};

const refusalOf = (status: number, bytes: Buffer, readError: Engine['readError']): Refusal => {
  const reason = readError(bytes.toString()) ?? `HTTP ${status}`;
  // What is wrong with a request that we have checked is for the engine to say: too many tokens, above all.
  if (status === 400 || status === 413 || status === 422) return new Refusal('refused', reason);
  if (status === 429 || status === 503) return new Refusal('engine_unavailable', reason);
  return new Refusal('engine_failed', reason);
};

/** What an answer says; throws a Refusal for text that is no JSON. */
export const jsonOf = (bytes: Buffer): unknown => {
  try {
    return JSON.parse(bytes.toString());
  } catch {
    throw new Refusal('engine_failed', 'The engine answered with something that is not JSON');
  }
};
