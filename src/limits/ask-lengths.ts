import type {Heard} from './ask.ts';
import {textOfWords, vocabularies} from './texts.ts';

/** The longest text that is tried where a server does not say what it takes. */
const longestTried = 65_536;

/** Asks about a text of the name's length; `tokens` is null where it is not known yet. */
type AskText = (name: string, text: string, tokens: number | null) => Promise<Heard>;

/**
 * Asks about texts of exactly as many tokens as there is room for, and of some more and fewer. Their lengths come from the
 * server's own usage: with special tokens and in its own vocabulary, which /tokenize of a gateway need not be.
 */
export const askLengths = async (contextTokens: number | null, ask: AskText): Promise<void> => {
  const maker = await exactTexts(ask);
  if (maker === null) return;
  const told = new Map<number, boolean>();
  /** Null where no reply came: a server that is gone is not asked on. */
  const isFull = async (tokens: number): Promise<boolean | null> => {
    const known = told.get(tokens);
    if (known !== undefined) return known;
    const {status, reply} = await ask(`length/${tokens}`, maker.textOf(tokens), tokens);
    if (status === null) return null;
    const full = reply.refusal === null && reply.promptTokens === tokens;
    told.set(tokens, full);
    return full;
  };
  const limit = await findLimit(isFull, maker.shortest, contextTokens);
  // Around what the server says everything was asked already, and the same of every engine.
  if (limit === null || (contextTokens !== null && Math.abs(contextTokens - limit) <= 2)) return;
  for (const tokens of [limit - 2, limit - 1, limit, limit + 1, limit + 2, 2 * limit])
    if (tokens >= maker.shortest) await isFull(tokens);
};

/** The largest number for which `isFull` is true, when it is true for `full`; null where it cannot be told. */
export const findLimit = async (
  isFull: (tokens: number) => Promise<boolean | null>,
  full: number,
  told: number | null,
): Promise<number | null> => {
  let [least, beyond] = [full, null as number | null];
  /** False where there is no going on. */
  const attempt = async (tokens: number): Promise<boolean> => {
    const answer = await isFull(tokens);
    if (answer === null) return false;
    if (answer) least = Math.max(least, tokens);
    else beyond = Math.min(beyond ?? tokens, tokens);
    return true;
  };
  if (told !== null)
    for (const tokens of [told - 2, told - 1, told, told + 1, told + 2, 2 * told])
      if (tokens > full && !(await attempt(tokens))) return null;
  while (beyond === null) {
    if (2 * least > longestTried || !(await attempt(2 * least))) return null;
  }
  while (beyond - least > 1) {
    if (!(await attempt(Math.floor((least + beyond) / 2)))) return null;
  }
  return least;
};

/** Texts by their tokens, from a vocabulary of which every word turned out to be one; null where usage tells of none. */
const exactTexts = async (ask: AskText) => {
  for (const [place, vocabulary] of vocabularies.entries()) {
    const tokensOf = async (words: number) =>
      (await ask(`words/${place + 1}/${words}`, textOfWords(vocabulary, words), null)).reply.promptTokens;
    const [few, more] = [await tokensOf(8), await tokensOf(24)];
    if (few === null || more === null || more - few !== 16) continue;
    const around = few - 8;
    return {shortest: few, textOf: (tokens: number) => textOfWords(vocabulary, tokens - around)};
  }
  return null;
};
