type Id = number | string;

const rotateLeft = (word: number, bits: number) => (word << bits) | (word >>> (32 - bits));

/** One step of MurmurHash3 (x86, 32 bits; Austin Appleby, public domain). */
const mixed = (hash: number, word: number): number =>
  Math.imul(rotateLeft(hash ^ Math.imul(rotateLeft(Math.imul(word, 0xcc9e2d51), 15), 0x1b873593), 13), 5) + 0xe6546b64;

const mixedId = (hash: number, id: Id): number => {
  if (typeof id === 'number') return mixed(mixed(hash, id | 0), (id / 2 ** 32) | 0);
  let sum = mixed(hash, id.length);
  for (let place = 0; place < id.length; place += 1) sum = mixed(sum, id.charCodeAt(place));
  return sum;
};

/** Its last step: every bit of the hash depends on all others. */
const finished = (hash: number): number => {
  let word = hash ^ (hash >>> 16);
  word = Math.imul(word ^ (word >>> 13), 0x85ebca6b);
  word = Math.imul(word ^ (word >>> 16), 0xc2b2ae35);
  return (word ^ (word >>> 16)) >>> 0;
};

const probes = 3;
/** 32 MiB. */
const mostBits = 2 ** 28;

/**
 * Which lists of ids have been seen, by all their beginnings: a Bloom filter, so that its memory does not depend on how
 * many there are. It forgets none, and takes a new one for a known one in 1 of 50,000 cases at sixteen beginnings for each
 * 512 bits, in 1 of 1000 at ten million beginnings.
 */
export class PrefixFilter {
  readonly #words: Uint32Array;
  readonly #bits: number;

  /** `lists` is how many are to come, of a usual length. */
  constructor(lists: number) {
    this.#bits = Math.min(mostBits, 2 ** Math.ceil(Math.log2(512 * Math.max(1, lists))));
    this.#words = new Uint32Array(this.#bits / 32);
  }

  /** How many ids this list has in common with one before it, from the first one on. */
  add(ids: readonly Id[]): number {
    let [one, other] = [0x9747b28c, 0x2545f491];
    let known = 0;
    let leading = true;
    for (const id of ids) {
      [one, other] = [mixedId(one, id), mixedId(other, id)];
      leading = this.#addHash(finished(one), finished(other) | 1) && leading;
      if (leading) known += 1;
    }
    return known;
  }

  /** Whether it was there before. */
  #addHash(first: number, step: number): boolean {
    let before = true;
    for (let probe = 0; probe < probes; probe += 1) {
      const bit = ((first + Math.imul(probe, step)) >>> 0) % this.#bits;
      const [word, mask] = [bit >>> 5, 1 << (bit & 31)];
      const held = this.#words[word] as number;
      before &&= (held & mask) !== 0;
      this.#words[word] = held | mask;
    }
    return before;
  }
}
