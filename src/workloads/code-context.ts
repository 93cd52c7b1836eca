import {type Passage, passages} from './corpus.ts';
import {type Random, seededRandom, shuffled} from './random.ts';

/**
 * Commit-like names: eight hexadecimal digits, another for every index below 2^32 (a Weyl sequence with the golden
 * ratio's odd step), from a start that the seed draws. A request's content begins with one, so that two requests share
 * a prefix, and with it an engine's prefix cache, only where the workload means them to.
 */
export const commitNames = (seed: number, ...stream: readonly (string | number)[]): ((index: number) => string) => {
  const start = Math.floor(seededRandom(seed, 'commit', ...stream)() * 2 ** 32);
  return index => ((start + Math.imul(index, 0x9e3779b9)) >>> 0).toString(16).padStart(8, '0');
};

/** Exactly `characters` of source code: `first`, then other passages in an order drawn from `random`, over and over. */
export const codeContext = (random: Random, first: Passage, characters: number): string => {
  let code = first.text;
  while (code.length < characters)
    for (const {text} of shuffled(random, passages)) {
      if (code.length >= characters) break;
      code += text;
    }
  return code.slice(0, characters);
};

/**
 * What a user asks about `passage`: `name`, code that begins with the passage, and its question, `characters` in all. The
 * question is never cut, so that the shortest message is longer than a small number of characters.
 */
export const codeQuestion = (random: Random, passage: Passage, name: string, characters: number): string => {
  const [before, after] = [`${name}\n`, `\n${passage.question}`];
  return before + codeContext(random, passage, Math.max(0, characters - before.length - after.length)) + after;
};
