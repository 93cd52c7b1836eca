import {cosine} from '../examinations/vectors.ts';
import type {Answer} from '../schema/answer.ts';
import type {Check} from '../schema/examination.ts';
import {type Broken, brokenCheck, brokenOff, check, cosineText, type Findings, type Told, toldOf} from './findings.ts';

interface Length {
  readonly tokens: number;
  readonly told: Told;
  /** Answered with all of its tokens. */
  readonly full: boolean;
}

const lengthOf = (told: Told): Length | null => {
  const {tokens} = told.reply.asked;
  if (tokens === undefined) return null;
  return {tokens, told, full: brokenOff(told) === null && told.reply.promptTokens === tokens};
};

/** What came of a text that was answered, but not in full, beside the longest that was. */
const cutOff = ({reply}: Told, longest: Length): string => {
  const {promptTokens} = reply;
  const [vector, whole] = [reply.vectors[0], longest.told.reply.vectors[0]];
  const [score, full] = [reply.ranking[0]?.score, longest.told.reply.ranking[0]?.score];
  const beside =
    vector && whole
      ? `; its vector has a cosine of ${cosineText(cosine(vector, whole))} with that of ${longest.tokens} tokens`
      : score !== undefined && full !== undefined
        ? `; its score is ${score}, that of ${longest.tokens} tokens ${full}`
        : '';
  return `answered, with ${promptTokens === null ? 'nothing said of its tokens' : `${promptTokens} tokens`}${beside}`;
};

const whatCameOf = ({told, full}: Length, longest: Length, earlier: readonly Length[]): Broken => {
  const note = (detail: string): Broken => ({outcome: 'note', detail, example: null});
  if (full) return note('answered in full');
  const others = earlier.map(length => length.told);
  return brokenOff(told, others) ?? note(cutOff(told, longest));
};

const places = [
  {name: 'n-2', words: 'two tokens shorter than', from: (tokens: number) => tokens - 2},
  {name: 'n-1', words: 'one token shorter than', from: (tokens: number) => tokens - 1},
  {name: 'n', words: 'as long as', from: (tokens: number) => tokens},
  {name: 'n+1', words: 'one token longer than', from: (tokens: number) => tokens + 1},
  {name: 'n+2', words: 'two tokens longer than', from: (tokens: number) => tokens + 2},
  {name: '2n', words: 'twice as long as', from: (tokens: number) => 2 * tokens},
] as const;

const nameOf = (role: string) => (role === 'embed' ? 'A text' : 'A question with one document');

/**
 * What is made of texts around the longest that a server takes. Places are counted from what it says its context is where
 * its limit lies within two tokens of that, and from the limit itself where it lies elsewhere.
 */
export const judgeLengths = (role: 'embed' | 'rerank', answers: readonly Answer[]): Findings => {
  const lengths = toldOf(answers)
    .map(lengthOf)
    .filter(length => length !== null)
    .sort((a, b) => a.tokens - b.tokens);
  const context = lengths[0]?.told.reply.asked.contextTokens ?? null;
  const longest = lengths.findLast(({full}) => full);
  const measures = {[`${role}.contextTokens`]: context};
  const id = `${role}.limit`;
  const title = `The longest ${role === 'embed' ? 'text' : 'question with one document'} that is answered in full`;
  if (longest === undefined) {
    const detail =
      lengths.length === 0
        ? 'the usage of short texts does not tell their tokens, so that none of a set length can be made'
        : 'none of the texts was answered with as many tokens as it has';
    const last = lengths.find(({told}) => typeof told.reply.gone === 'string');
    const broken = last === undefined ? null : brokenOff(last.told);
    return {
      checks: [broken === null ? check(id, title, 'unknown', detail) : brokenCheck(id, title, broken)],
      measures: {...measures, [`${role}.limitTokens`]: null},
    };
  }
  const limit = longest.tokens;
  const beyond = lengths.find(({tokens}) => tokens > limit);
  const says =
    (context === null ? 'the server does not tell its context' : `the server tells a context of ${context}`) +
    (typeof beyond?.told.reply.gone === 'string' ? `, and it ended at ${beyond.tokens}` : '');
  const found =
    beyond?.tokens === limit + 1
      ? check(id, title, 'note', `${limit} tokens; ${says}`)
      : check(id, title, 'unknown', `${limit} tokens are, more was not found out; ${says}`);
  const reference = context !== null && Math.abs(context - limit) <= 2 ? context : limit;
  const whose = reference === context ? "server's context" : 'longest that is answered in full';
  const asked = places.flatMap(place => {
    const length = lengths.find(({tokens}) => tokens === place.from(reference));
    return length === undefined ? [] : [{...place, length}];
  });
  const placed = asked.map(({name, words, length}, place): Check => {
    const shorter = asked.slice(0, place).map(other => other.length);
    const came = whatCameOf(length, longest, shorter);
    const title = `${nameOf(role)} ${words} the ${whose}`;
    return brokenCheck(`${role}.length.${name}`, title, {...came, detail: `${length.tokens} tokens: ${came.detail}`});
  });
  return {
    checks: [found, ...placed],
    measures: {...measures, [`${role}.limitTokens`]: beyond?.tokens === limit + 1 ? limit : null},
  };
};
