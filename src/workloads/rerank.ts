import type {Session} from '../schema/request.ts';
import type {WorkloadSpec} from '../schema/suite.ts';
import {codeContext, commitNames} from './code-context.ts';
import {type Passage, passages} from './corpus.ts';
import {seededRandom, shuffled} from './random.ts';
import {charactersFor} from './token-estimate.ts';

/**
 * A question and `batch` documents of `promptTokens` each by the estimate. Exactly one document begins with the file
 * that answers the question, at a place drawn from the seed.
 */
export const rerank = (
  {batch, promptTokens}: Extract<WorkloadSpec, {kind: 'rerank'}>,
  seed: number,
): ((index: number) => Session) => {
  const commitOf = commitNames(seed, 'rerank', promptTokens, batch);
  const characters = charactersFor(promptTokens, 'encoder');
  return index => {
    const random = seededRandom(seed, 'rerank', promptTokens, batch, index);
    const [asked, ...others] = shuffled(random, passages) as [Passage, ...Passage[]];
    const place = Math.floor(random() * batch);
    const documents = Array.from({length: batch}, (_, item) => {
      const first = item === place ? asked : (others[item % others.length] as Passage);
      return `${commitOf(index * batch + item)}\n${codeContext(random, first, characters)}`.slice(0, characters);
    });
    const id = `rerank-${index}`;
    return {id, requests: [{kind: 'rerank', id, query: asked.question, documents}]};
  };
};
