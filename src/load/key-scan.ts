const backslash = 92;

/**
 * Counts how often a key stands in JSON whose bytes come in any pieces, without parsing it. In JSON the quotes around a
 * key cannot stand inside a text unless they are escaped, so what is found is a key. Keeps the last bytes as well.
 */
export class KeyScan {
  count = 0;
  readonly #pattern: Buffer;
  readonly #tail: Buffer;
  #tailBytes = 0;

  /** `tailBytes` is how much of the end is kept. A key with white space before its colon is not counted. */
  constructor(key: string, tailBytes: number) {
    this.#pattern = Buffer.from(`"${key}":`);
    this.#tail = Buffer.allocUnsafe(Math.max(tailBytes, this.#pattern.length));
  }

  /** The bytes may be overwritten when it returns. */
  feed(buffer: Buffer, start: number, end: number): void {
    if (start === end) return;
    const {length} = this.#pattern;
    const tail = this.tail;
    // The last bytes as far as a key may begin in them, and the byte before it; and what it may end in.
    const before = tail.subarray(Math.max(0, tail.length - length));
    if (before.length > 0) {
      const joint = Buffer.concat([before, buffer.subarray(start, Math.min(end, start + length - 1))]);
      this.#count(joint, before.length - length + 1, before.length - 1);
    }
    const bytes = buffer.subarray(start, end);
    this.#count(bytes, 0, bytes.length - length, before.at(-1));
    this.#keep(bytes);
  }

  /** The last bytes of all that came. */
  get tail(): Buffer {
    return this.#tail.subarray(0, this.#tailBytes);
  }

  /** Counts the keys that begin from `first` to `last`, both inclusive. */
  #count(bytes: Buffer, first: number, last: number, byteBefore?: number): void {
    for (let at = bytes.indexOf(this.#pattern, Math.max(0, first)); at >= 0 && at <= last; ) {
      if ((at === 0 ? byteBefore : bytes[at - 1]) !== backslash) this.count += 1;
      at = bytes.indexOf(this.#pattern, at + 1);
    }
  }

  #keep(bytes: Buffer): void {
    const room = this.#tail.length;
    if (bytes.length >= room) {
      bytes.copy(this.#tail, 0, bytes.length - room);
      this.#tailBytes = room;
      return;
    }
    const kept = Math.min(this.#tailBytes, room - bytes.length);
    this.#tail.copyWithin(0, this.#tailBytes - kept, this.#tailBytes);
    bytes.copy(this.#tail, kept);
    this.#tailBytes = kept + bytes.length;
  }
}
