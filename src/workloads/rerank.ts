import type {Session} from '../schema/request.ts';
import type {Workload} from '../schema/workload.ts';
import {codeContext, commitNames} from './code-context.ts';
import {type Passage, passages} from './corpus.ts';
import {drawLength, lengthName} from './length.ts';
import {seededRandom, shuffled} from './random.ts';
import {charactersOf, type TokenLengthByModel} from './token-estimate.ts';

/**
 * A question and `batch` documents of `promptTokens` each (drawn for every document). Exactly one document begins with the file
 * that answers the question, at a place drawn from the seed.
 */
export const rerank = (
  {batch, promptTokens, topN}: Workload<'rerank'>,
  seed: number,
  {encoder}: TokenLengthByModel,
): ((index: number) => Session) => {
  const length = lengthName(promptTokens);
  const commitOf = commitNames(seed, 'rerank', length, batch);
  const form = topN === undefined ? {} : {topN};
  return index => {
    const random = seededRandom(seed, 'rerank', length, batch, index);
    const [asked, ...others] = shuffled(random, passages) as [Passage, ...Passage[]];
    const place = Math.floor(random() * batch);
    const documents = Array.from({length: batch}, (_, item) => {
      const first = item === place ? asked : (others[item % others.length] as Passage);
      const characters = charactersOf(drawLength(promptTokens, random), encoder);
      return `${commitOf(index * batch + item)}\n${codeContext(random, first, characters)}`.slice(0, characters);
    });
    const id = `rerank-${index}`;
    return {id, requests: [{kind: 'rerank', id, query: asked.question, documents, ...form}]};
  };
};
