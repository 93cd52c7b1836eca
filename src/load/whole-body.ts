import type {ServerFacts} from '../engines/engine.ts';
import type {WorkloadRequest} from '../schema/request.ts';
import type {ReplyReaders} from './chat-stream.ts';
import {KeyScan} from './key-scan.ts';
import {itemsOf, judgeWholeReply, type WholeVerdict} from './whole-reply.ts';

/** Bodies up to here are parsed, whatever they hold: it takes less than 0.1 ms. */
const smallBytes = 16 * 1024;
/** Large bodies that are parsed, of a whole load: 1 ms each for 32 vectors, in which nothing else is read. */
const sampledReplies = 32;
/** The `usage` of a reply stands in its last bytes. */
const tailBytes = 1024;

/**
 * Which large replies of a load are parsed: the first ones. Their bytes are scanned as well; where that tells anything
 * else than the parsing, all the others are parsed too.
 */
export class ReplySample {
  #taken = 0;
  #compared = 0;
  #scanIsRight = true;

  /** Whether the next large reply is to be parsed. */
  take(): boolean {
    if (this.#taken >= sampledReplies && this.#compared > 0 && this.#scanIsRight) return false;
    this.#taken += 1;
    return true;
  }

  compare(parsed: WholeVerdict, scanned: WholeVerdict): void {
    this.#compared += 1;
    const same =
      (parsed.failure === null) === (scanned.failure === null) &&
      (parsed.failure !== null || JSON.stringify(parsed.usage) === JSON.stringify(scanned.usage));
    if (!same) this.#scanIsRight = false;
  }
}

/** The body of a reply that is judged when all of it is there. */
export class WholeBody {
  readonly #request: WorkloadRequest;
  readonly #status: number;
  readonly #sample: ReplySample;
  /** Counts what an embedding reply holds; other replies are parsed. */
  readonly #scan: KeyScan | null;
  /** Null once the body is too large to be kept. */
  #kept: Buffer[] | null = [];
  #bytes = 0;

  constructor(request: WorkloadRequest, status: number, sample: ReplySample) {
    this.#request = request;
    this.#status = status;
    this.#sample = sample;
    this.#scan = request.kind === 'embed' && status < 400 ? new KeyScan('embedding', tailBytes) : null;
  }

  /** The bytes may be overwritten when it returns. */
  feed(buffer: Buffer, start: number, end: number): void {
    const wasSmall = this.#bytes <= smallBytes;
    this.#bytes += end - start;
    this.#scan?.feed(buffer, start, end);
    if (this.#scan !== null && wasSmall && this.#isLarge && !this.#sample.take()) this.#kept = null;
    this.#kept?.push(Buffer.from(buffer.subarray(start, end)));
  }

  /** Once, when all of it is there. */
  judge(engine: ReplyReaders, facts: ServerFacts): WholeVerdict {
    if (this.#kept === null) return this.#judgeByScan(engine, facts);
    const verdict = judgeWholeReply(engine, facts, this.#request, {status: this.#status, body: this.text});
    if (this.#scan !== null && this.#isLarge) this.#sample.compare(verdict, this.#judgeByScan(engine, facts));
    return verdict;
  }

  /** Empty where the body was too large to be kept. */
  get text(): string {
    return Buffer.concat(this.#kept ?? []).toString('utf8');
  }

  get #isLarge(): boolean {
    return this.#bytes > smallBytes;
  }

  #judgeByScan(engine: ReplyReaders, facts: ServerFacts): WholeVerdict {
    const {count = 0, tail} = this.#scan ?? {};
    const ending = endingOf(tail?.toString('utf8') ?? '');
    const {usage} = engine.readWhole(this.#request, ending, facts);
    const asked = itemsOf(this.#request);
    const problem =
      ending === null ? 'the reply does not end as JSON does' : `the reply has ${count} embeddings for ${asked}`;
    const whole = ending !== null && count === asked;
    return {usage, failure: whole ? null : {kind: 'malformed', message: problem, status: this.#status}};
  }
}

/** What the last bytes of a reply say from its `usage` on; empty where they have none, null where they are no end. */
const endingOf = (tail: string): object | null => {
  const at = tail.lastIndexOf('"usage":');
  if (at < 0) return tail.trimEnd().endsWith('}') ? {} : null;
  try {
    return JSON.parse(`{${tail.slice(at)}`);
  } catch {
    return null;
  }
};
