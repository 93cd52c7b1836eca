import {StringDecoder} from 'node:string_decoder';
import {stripVTControlCharacters} from 'node:util';

type Stream = 1 | 2;

/** An entry of Docker's log: a line, or 16 KiB of a longer one. */
interface Entry {
  readonly stream: Stream;
  readonly timestamp: string;
  readonly body: Buffer;
}

const headerBytes = 8;
/** `2026-11-21T20:41:37.123456789Z ` always has nine digits. */
const timestampBytes = 31;
/** Standard output and error are stamped before they queue for the file: this far an entry may stand behind a later one. */
const disorderMs = 2000;

/**
 * Turns what `GET /containers/{id}/logs?timestamps=1` sends into lines. A log may be read in several goes, each from
 * `since()`: entries that were seen before are left out, and nothing is lost between two goes.
 */
export class LogEntries {
  readonly #lines: (line: string) => void;
  #bytes: Buffer = Buffer.alloc(0);
  /** How many entries of a stream bear a timestamp: within one stream the order never changes. */
  readonly #seen = new Map<string, number>();
  #forgetAt = 10_000;
  #toSkip = new Map<string, number>();
  #newest = '';
  readonly #open: Record<Stream, {decoder: StringDecoder; text: string}> = {
    1: {decoder: new StringDecoder('utf8'), text: ''},
    2: {decoder: new StringDecoder('utf8'), text: ''},
  };

  constructor(lines: (line: string) => void) {
    this.#lines = lines;
  }

  /** What the next request has to ask for, as seconds; begins the next go. Null when nothing was read yet. */
  since(): string | null {
    this.#bytes = Buffer.alloc(0);
    this.#toSkip = new Map(this.#seen);
    if (this.#newest === '') return null;
    const wholeSeconds = Math.floor((millisecondsOf(this.#newest) - disorderMs) / 1000);
    return `${wholeSeconds}.000000000`;
  }

  /** Bytes of the answer, cut anywhere. */
  take(chunk: Buffer): void {
    this.#bytes = this.#bytes.length === 0 ? chunk : Buffer.concat([this.#bytes, chunk]);
    for (let entry = this.#next(); entry !== null; entry = this.#next()) this.#accept(entry);
  }

  /** The container has ended: what it wrote without an end of line is a line too. */
  end(): void {
    for (const stream of [1, 2] as const) {
      const open = this.#open[stream];
      open.text += open.decoder.end();
      this.#finish(stream);
    }
  }

  /** A frame is `stream 0 0 0 length`, the length in four bytes, then the entry: timestamp, space, text. */
  #next(): Entry | null {
    if (this.#bytes.length < headerBytes) return null;
    const end = headerBytes + this.#bytes.readUInt32BE(4);
    if (this.#bytes.length < end) return null;
    const stream = this.#bytes[0] === 2 ? 2 : 1;
    const timestamp = this.#bytes.toString('latin1', headerBytes, headerBytes + timestampBytes - 1);
    const body = this.#bytes.subarray(headerBytes + timestampBytes, end);
    this.#bytes = this.#bytes.subarray(end);
    return {stream, timestamp, body};
  }

  #accept({stream, timestamp, body}: Entry): void {
    const key = `${stream} ${timestamp}`;
    const toSkip = this.#toSkip.get(key) ?? 0;
    if (toSkip > 0) {
      this.#toSkip.set(key, toSkip - 1);
      return;
    }
    this.#seen.set(key, (this.#seen.get(key) ?? 0) + 1);
    if (timestamp > this.#newest) this.#newest = timestamp;
    this.#forget();

    const open = this.#open[stream];
    const whole = body.at(-1) === 0x0a;
    open.text += open.decoder.write(body);
    if (whole) this.#finish(stream);
  }

  /** Each state of a progress bar, which returns to the start of its line, becomes a line of its own. */
  #finish(stream: Stream): void {
    const open = this.#open[stream];
    const shown = stripVTControlCharacters(open.text).replace(/[\r\n]+$/, '');
    const states = shown.includes('\r') ? shown.split('\r').filter(state => state !== '') : [shown];
    if (open.text !== '') for (const text of states) this.#lines(text);
    open.text = '';
  }

  /** No later go reaches back beyond `since()`. */
  #forget(): void {
    if (this.#seen.size < this.#forgetAt) return;
    const oldestMs = millisecondsOf(this.#newest) - disorderMs - 1000;
    for (const key of this.#seen.keys()) if (millisecondsOf(key.slice(2)) < oldestMs) this.#seen.delete(key);
    this.#forgetAt = 2 * this.#seen.size + 10_000;
  }
}

const millisecondsOf = (timestamp: string): number => Date.parse(`${timestamp.slice(0, 23)}Z`);
