import {createHash} from 'node:crypto';
import type {Session} from '../schema/request.ts';

/** JSON without white space and with every object's keys in order: the same data is always the same text. */
const canonicalJson = (value: unknown): string =>
  JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );

/**
 * Passes sessions on and hashes what was taken. `digest()` is the SHA-256, in hexadecimal, over one line of canonical
 * JSON for each session so far: equal digests are equal bytes.
 */
export const hashing = (sessions: Iterator<Session>): {sessions: Iterator<Session>; digest(): string} => {
  const hash = createHash('sha256');
  const passedOn = (function* () {
    for (let next = sessions.next(); !next.done; next = sessions.next()) {
      hash.update(`${canonicalJson(next.value)}\n`);
      yield next.value;
    }
  })();
  return {sessions: passedOn, digest: () => hash.copy().digest('hex')};
};

/** One hash for several, in their order. */
export const combineHashes = (hashes: readonly string[]): string =>
  createHash('sha256')
    .update(hashes.map(hash => `${hash}\n`).join(''))
    .digest('hex');
