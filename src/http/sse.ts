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
  /** What the last `read` completed; null where it completed nothing. */
  event: SseEvent | null = null;

  /** The pieces of a line whose end has not come yet. */
  #begun: Uint8Array[] = [];
  #endedInCarriageReturn = false;
  #firstLine = true;
  #eventBytes = 0;
  #name = '';
  #data: string[] = [];

  /** The next byte is the first of an event, and not of the stream. */
  get betweenEvents(): boolean {
    return (
      this.#begun.length === 0 &&
      this.#data.length === 0 &&
      this.#name === '' &&
      this.#eventBytes === 0 &&
      !this.#endedInCarriageReturn &&
      !this.#firstLine
    );
  }

  /**
   * Reads `bytes` from `start` up to the end of an event, or to `end`, and returns where it stopped. The bytes may be
   * overwritten when it returns. Throws EventTooLong.
   */
  read(bytes: Buffer, start: number, end: number): number {
    this.event = null;
    if (start === end) return end;
    // The LF of a CRLF that was cut in two ends no further line.
    let lineStart = this.#endedInCarriageReturn && bytes[start] === lineFeed ? start + 1 : start;
    this.#endedInCarriageReturn = false;
    for (let position = lineStart; position < end; position += 1) {
      const byte = bytes[position];
      if (byte !== lineFeed && byte !== carriageReturn) continue;
      this.#count(position - lineStart);
      const line = this.#wholeLine(bytes.subarray(lineStart, position));
      if (byte === carriageReturn && position + 1 === end) this.#endedInCarriageReturn = true;
      else if (byte === carriageReturn && bytes[position + 1] === lineFeed) position += 1;
      lineStart = position + 1;
      if (this.#endLine(line)) return lineStart;
    }
    if (lineStart === end) return end;
    this.#count(end - lineStart);
    this.#begun.push(Buffer.from(bytes.subarray(lineStart, end))); // a copy, which slice() of a Buffer is not
    return end;
  }

  #count(bytes: number): void {
    this.#eventBytes += bytes;
    if (this.#eventBytes > maxEventBytes) throw new EventTooLong(`an event is longer than ${maxEventBytes} bytes`);
  }

  #wholeLine(end: Buffer): Buffer {
    let line = end;
    if (this.#begun.length > 0) {
      line = Buffer.concat([...this.#begun, end]);
      this.#begun = [];
    }
    if (this.#firstLine && byteOrderMark.every((byte, index) => line[index] === byte))
      line = line.subarray(byteOrderMark.length);
    this.#firstLine = false;
    return line;
  }

  /** Whether the line completed an event. */
  #endLine(line: Buffer): boolean {
    if (line.length > 0) this.#readField(line.toString('utf8'));
    else this.#endEvent();
    return this.event !== null;
  }

  #readField(line: string): void {
    const colon = line.indexOf(':');
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1);
    if (field === 'data') this.#data.push(value);
    else if (field === 'event') this.#name = value;
  }

  #endEvent(): void {
    if (this.#data.length > 0)
      this.event = {name: this.#name === '' ? 'message' : this.#name, data: this.#data.join('\n')};
    this.#name = '';
    this.#data = [];
    this.#eventBytes = 0;
  }
}
