import type {Session} from '../schema/request.ts';
import type {WorkloadSpec} from '../schema/suite.ts';
import {codeContext, commitNames} from './code-context.ts';
import {passages} from './corpus.ts';
import {pick, seededRandom} from './random.ts';
import {charactersFor} from './token-estimate.ts';

/** Code to be indexed: `batch` texts a request, each of `promptTokens` by the estimate and with a beginning of its own. */
export const embed = (
  {batch, promptTokens}: Extract<WorkloadSpec, {kind: 'embed'}>,
  seed: number,
): ((index: number) => Session) => {
  const commitOf = commitNames(seed, 'embed', promptTokens, batch);
  const characters = charactersFor(promptTokens, 'encoder');
  return index => {
    const random = seededRandom(seed, 'embed', promptTokens, batch, index);
    const texts = Array.from({length: batch}, (_, item) =>
      `${commitOf(index * batch + item)}\n${codeContext(random, pick(random, passages), characters)}`.slice(
        0,
        characters,
      ),
    );
    const id = `embed-${index}`;
    return {id, requests: [{kind: 'embed', id, texts}]};
  };
};
