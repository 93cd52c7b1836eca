const lineFeed = 10;
const carriageReturn = 13;
const byteOrderMark = [0xef, 0xbb, 0xbf];

export interface SseEvent {
  /** The event's `event` field, 'message' where it has none. */
  readonly name: string;
  readonly data: string;
}

/** An event longer than this is not one of a token stream: the reader stops rather than fill the memory. */
export const maxEventBytes = 1024 * 1024;

/** What `feed` throws when an event outgrows `maxEventBytes`; the reader is of no use afterwards. */
export class EventTooLong extends Error {
  override readonly name = 'EventTooLong';
}

/**
 * Reads server-sent events (WHATWG HTML, §9.2) from bytes that come in any pieces. It looks for line ends in bytes, so
 * that a character cut in two is whole again before it is decoded. Lines end with CR, LF or both. Comments, `id` and
 * `retry` are skipped; an event that no blank line ends is dropped.
 */
export class SseReader {
  readonly #onEvent: (event: SseEvent) => void;
  /** The pieces of a line whose end has not come yet. */
  #begun: Uint8Array[] = [];
  #endedInCarriageReturn = false;
  #firstLine = true;
  #eventBytes = 0;
  #name = '';
  #data: string[] = [];

  constructor(onEvent: (event: SseEvent) => void) {
    this.#onEvent = onEvent;
  }

  /** Calls `onEvent` for every event that these bytes complete. The bytes may be overwritten when it returns. */
  feed(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    // The LF of a CRLF that was cut in two ends no further line.
    let lineStart = this.#endedInCarriageReturn && bytes[0] === lineFeed ? 1 : 0;
    this.#endedInCarriageReturn = bytes.at(-1) === carriageReturn;
    for (let position = lineStart; position < bytes.length; position += 1) {
      const byte = bytes[position];
      if (byte !== lineFeed && byte !== carriageReturn) continue;
      this.#count(position - lineStart);
      this.#endLine(bytes.subarray(lineStart, position));
      if (byte === carriageReturn && bytes[position + 1] === lineFeed) position += 1;
      lineStart = position + 1;
    }
    if (lineStart === bytes.length) return;
    this.#count(bytes.length - lineStart);
    this.#begun.push(Buffer.from(bytes.subarray(lineStart))); // a copy, which slice() of a Buffer is not
  }

  #count(bytes: number): void {
    this.#eventBytes += bytes;
    if (this.#eventBytes > maxEventBytes) throw new EventTooLong(`an event is longer than ${maxEventBytes} bytes`);
  }

  #endLine(end: Uint8Array): void {
    let line =
      this.#begun.length === 0
        ? Buffer.from(end.buffer, end.byteOffset, end.length)
        : Buffer.concat([...this.#begun, end]);
    this.#begun = [];
    if (this.#firstLine && byteOrderMark.every((byte, index) => line[index] === byte))
      line = line.subarray(byteOrderMark.length);
    this.#firstLine = false;
    if (line.length === 0) this.#endEvent();
    else this.#readField(line.toString('utf8'));
  }

  #readField(line: string): void {
    const colon = line.indexOf(':');
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1);
    if (field === 'data') this.#data.push(value);
    else if (field === 'event') this.#name = value;
  }

  #endEvent(): void {
    const [name, data] = [this.#name === '' ? 'message' : this.#name, this.#data];
    this.#name = '';
    this.#data = [];
    this.#eventBytes = 0;
    if (data.length > 0) this.#onEvent({name, data: data.join('\n')});
  }
}
