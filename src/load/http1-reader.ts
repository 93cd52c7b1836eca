import {headerOf, MalformedReply, OddReply, readHead} from './http1-head.ts';
import type {ReplyHandlers, ReplyHeader} from './transport.ts';

const lineFeed = 10;
const carriageReturn = 13;

/** undici's parser passes over empty lines before a reply, and takes other versions of HTTP. */
const oddStart = /^(?:\r|HTTP\/[02])/;

/** Of a head, or of what follows the last chunk. */
export const maxHeadBytes = 64 * 1024;
/** Of one chunk; its bytes are handed on as they come, so this only tells nonsense from a reply. */
const maxChunkBytes = 1024 * 1024 * 1024;
/** Of the line before a chunk: its size and what a server may note beside it. */
const maxChunkLineBytes = 4096;

/** Where in a reply the reader is. Small numbers, because the hot loop compares them. */
const inHead = 0;
const inBody = 1;
const untilClose = 2;
const inChunkSize = 3;
const inChunkNote = 4;
const afterChunkLine = 5;
const inChunk = 6;
const afterChunk = 7;
const afterChunkReturn = 8;
const inTrailer = 9;
const complete = 10;

const hexDigit = (byte: number): number => {
  if (byte >= 48 && byte <= 57) return byte - 48;
  const letter = byte | 32;
  return letter >= 97 && letter <= 102 ? letter - 87 : -1;
};

/**
 * Reads HTTP/1.1 replies, one after another, from bytes that come in any pieces (RFC 9112), and hands their bodies on
 * where they lie. Small and strict: what is not exactly a reply is refused, not repaired. 1xx replies are skipped.
 */
export class Http1Reader {
  /** Any byte of the reply has come. */
  begun = false;
  /** The connection may carry another request after this reply. */
  keepAlive = false;

  #handlers: ReplyHandlers | null = null;
  /** Of the last reply: looked into only for who asks. */
  #head = '';
  readonly #header: ReplyHeader = name => headerOf(this.#head, name);
  #state = complete;
  /** What has come of a head or trailer that is not complete, and how much of the end of it has. */
  #lines = '';
  #lineEnds = 0;
  #headBytes = 0;
  #headMs = 0;
  /** Bytes left of the body or chunk; while its size is being read, the size so far. */
  #left = 0;
  #chunkLineBytes = 0;

  get complete(): boolean {
    return this.#state === complete;
  }

  /** A request leaves: the bytes that come now are its reply. */
  begin(handlers: ReplyHandlers): void {
    this.#handlers = handlers;
    this.#state = inHead;
    this.#lines = '';
    this.#lineEnds = 0;
    this.#headBytes = 0;
    this.begun = false;
  }

  /** Nobody listens any more. */
  abandon(): void {
    this.#handlers = null;
    this.#state = complete;
  }

  /**
   * Reads `buffer` from 0 to `end` and returns where it stopped: at `end`, or behind the last byte of the reply. Throws
   * MalformedReply.
   */
  read(buffer: Buffer, end: number, atMs: number): number {
    let at = 0;
    this.begun = true;
    while (at < end) {
      switch (this.#state) {
        case inChunk:
        case inBody: {
          const stop = Math.min(end, at + this.#left);
          this.#left -= stop - at;
          if (this.#left === 0) this.#state = this.#state === inChunk ? afterChunk : complete;
          this.#handlers?.onBytes(buffer, at, stop, atMs);
          at = stop;
          break;
        }
        case untilClose:
          this.#handlers?.onBytes(buffer, at, end, atMs);
          return end;
        case inHead:
          at = this.#readHead(buffer, at, end, atMs);
          break;
        case inTrailer:
          at = this.#readLines(buffer, at, end);
          if (this.#lineEnds === 4) this.#state = complete;
          break;
        case complete:
          return at;
        default:
          this.#readChunkLine(buffer[at] as number);
          at += 1;
      }
    }
    return at;
  }

  /** The connection ended; whether that completes the reply. */
  close(): boolean {
    if (this.#state !== untilClose) return false;
    this.#state = complete;
    return true;
  }

  #readHead(buffer: Buffer, start: number, end: number, atMs: number): number {
    if (this.#lines === '') this.#headMs = atMs;
    const at = this.#readLines(buffer, start, end);
    // Another protocol may never send the empty line that a head ends with.
    if (!'HTTP/1.'.startsWith(this.#lines.slice(0, 7))) {
      const Refusal = oddStart.test(this.#lines) ? OddReply : MalformedReply;
      throw new Refusal(`not an HTTP/1.1 reply: ${JSON.stringify(this.#lines.slice(0, 100))}`);
    }
    if (this.#lineEnds < 4) return at;
    this.#head = this.#lines.slice(0, -4);
    const {status, framing, keepAlive} = readHead(this.#head);
    if (status === 101) throw new MalformedReply('a switch to another protocol, which nobody asked for');
    this.#lines = '';
    this.#lineEnds = 0;
    if (status < 200) return at;
    this.keepAlive = keepAlive;
    this.#headBytes = 0;
    this.#left = 0;
    if (framing === 'chunked') this.#startChunk(inChunkSize);
    else if (framing === 'until-close') this.#state = untilClose;
    else if (framing === 0) this.#state = complete;
    else {
      this.#state = inBody;
      this.#left = framing;
    }
    this.#handlers?.onHead(status, this.#headMs, this.#header);
    return at;
  }

  /** Takes lines up to and with an empty one; `#lineEnds` is 4 when it has come. */
  #readLines(buffer: Buffer, start: number, end: number): number {
    let at = start;
    let ends = this.#lineEnds;
    let bareLineFeed = false;
    while (at < end && ends < 4) {
      const byte = buffer[at];
      if (byte === (ends % 2 === 0 ? carriageReturn : lineFeed)) ends += 1;
      else {
        ends = byte === carriageReturn ? 1 : 0;
        bareLineFeed ||= byte === lineFeed;
      }
      at += 1;
    }
    this.#lineEnds = ends;
    this.#headBytes += at - start;
    if (this.#headBytes > maxHeadBytes) throw new MalformedReply(`more than ${maxHeadBytes} bytes of headers`);
    this.#lines += buffer.toString('latin1', start, at);
    // At once: where lines end like this the end of the head is never seen.
    if (bareLineFeed)
      throw new MalformedReply(`a line without a carriage return: ${JSON.stringify(this.#lines.slice(0, 100))}`);
    return at;
  }

  #startChunk(state: number): void {
    this.#state = state;
    this.#left = 0;
    this.#chunkLineBytes = 0;
  }

  /** One byte of what stands between the bytes of two chunks. */
  #readChunkLine(byte: number): void {
    if (this.#state === afterChunk || this.#state === afterChunkReturn) {
      if (byte !== (this.#state === afterChunk ? carriageReturn : lineFeed))
        throw new MalformedReply('a chunk is longer than its size');
      if (this.#state === afterChunk) this.#state = afterChunkReturn;
      else this.#startChunk(inChunkSize);
      return;
    }
    this.#chunkLineBytes += 1;
    if (this.#state === afterChunkLine) {
      if (byte !== lineFeed) throw new MalformedReply("a chunk's size is not followed by a line end");
      this.#state = this.#left === 0 ? inTrailer : inChunk;
      // The line end of the last chunk's size is the first half of the empty line where no trailer follows.
      this.#lineEnds = 2;
      return;
    }
    if (byte === carriageReturn && this.#chunkLineBytes > 1) this.#state = afterChunkLine;
    else if (this.#state === inChunkNote) this.#readNote(byte);
    else this.#readSize(byte);
  }

  #readSize(byte: number): void {
    const digit = hexDigit(byte);
    if (digit >= 0) {
      this.#left = this.#left * 16 + digit;
      if (this.#left > maxChunkBytes) throw new MalformedReply(`a chunk of more than ${maxChunkBytes} bytes`);
      if (this.#chunkLineBytes > 16) throw new OddReply('the size of a chunk has more than 16 digits');
    } else if (this.#chunkLineBytes > 1 && (byte === 59 || byte === 32 || byte === 9)) this.#state = inChunkNote;
    else throw new MalformedReply('the size of a chunk is not a number');
  }

  #readNote(byte: number): void {
    if (byte < 32 && byte !== 9) throw new MalformedReply('a control character beside the size of a chunk');
    if (this.#chunkLineBytes > maxChunkLineBytes) throw new OddReply('a chunk with an endless line');
  }
}
