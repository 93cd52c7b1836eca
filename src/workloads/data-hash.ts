import {hash} from 'node:crypto';
import type {Session, WorkloadRequest} from '../schema/request.ts';

/** What a request asks for, as a list of texts in a set order: the order of an object's keys is nobody's promise. */
const textsOf = (request: WorkloadRequest): readonly string[] => {
  switch (request.kind) {
    case 'chat': {
      const messages = request.messages.flatMap(({role, content}) => [role, content]);
      return ['chat', request.id, String(request.outputTokens), ...messages];
    }
    case 'embed':
      return [asksFor('embed', request.dimensions, request.encoding), request.id, ...request.texts];
    case 'rerank':
      return [asksFor('rerank', request.topN), request.id, request.query, ...request.documents];
  }
};

/** What is left to the server says nothing, so that such requests have the hashes that they always had. */
const asksFor = (kind: string, ...wishes: readonly (string | number | undefined)[]): string =>
  wishes.every(wish => wish === undefined) ? kind : [kind, ...wishes.map(wish => wish ?? '')].join(' ');

/** How the requests follow one another, where that is not at once and with the history that they hold themselves. */
const orderOf = ({pausesMs, history}: Session): readonly string[] => [
  ...(pausesMs === undefined ? [] : ['pauses', pausesMs.join(' ')]),
  ...(history === undefined ? [] : ['history', history]),
];

/**
 * All texts of a session as one, with their lengths before them so that no two sessions have the same. JSON would take
 * longer than the hash itself, and this runs while requests are being timed.
 */
const sessionText = (index: number, session: Session): string => {
  const {id, requests} = session;
  const texts = [String(index), id, ...requests.flatMap(textsOf), ...orderOf(session)];
  return `${texts.map(({length}) => length).join(',')}\n${texts.join('')}`;
};

const words = 8;

/**
 * One hash for the sessions of a load, whoever sent which of them and in whatever order: the SHA-256 of each one's number
 * and text, as eight 32-bit words, added up word by word modulo 2^32, and the SHA-256 of the sums. Equal
 * digests are equal bytes under equal numbers. It takes no more memory for ten million sessions than for one.
 */
export class DataHash {
  readonly #sums = new Uint32Array(words);

  add(index: number, session: Session): void {
    const digest = hash('sha256', sessionText(index, session), 'buffer');
    for (let word = 0; word < words; word += 1) this.#sums[word] = this.#sum(word) + digest.readUInt32BE(4 * word);
  }

  /** What `sums` of another hash says is part of this one from here on. */
  merge(sums: readonly number[]): void {
    for (let word = 0; word < words; word += 1) this.#sums[word] = this.#sum(word) + (sums[word] ?? 0);
  }

  /** To be merged into another hash, perhaps of another thread. */
  get sums(): number[] {
    return [...this.#sums];
  }

  /** In hexadecimal. */
  digest(): string {
    return hash('sha256', this.#sums.join('\n'));
  }

  #sum(word: number): number {
    return this.#sums[word] ?? 0;
  }
}

/** One hash for several, in their order. */
export const combineHashes = (hashes: readonly string[]): string =>
  hash('sha256', hashes.map(each => `${each}\n`).join(''));
