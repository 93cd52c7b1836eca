const firstRoom = 1024;

/** Doubles one after another, at 8 bytes each and without an object for any of them; the room doubles when it is full. */
export class FloatColumn {
  #room = new Float64Array(firstRoom);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(value: number): void {
    if (this.#length === this.#room.length) this.#widen(this.#length + 1);
    this.#room[this.#length] = value;
    this.#length += 1;
  }

  pushAll(values: readonly number[]): void {
    if (this.#length + values.length > this.#room.length) this.#widen(this.#length + values.length);
    this.#room.set(values, this.#length);
    this.#length += values.length;
  }

  /** The values, for as long as the column does not change. */
  get view(): Float64Array<ArrayBuffer> {
    return this.#room.subarray(0, this.#length);
  }

  /** Forgets the values and keeps the room. */
  clear(): void {
    this.#length = 0;
  }

  #widen(needed: number): void {
    const wider = new Float64Array(Math.max(needed, 2 * this.#room.length));
    wider.set(this.view);
    this.#room = wider;
  }
}
