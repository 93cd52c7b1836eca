import type {Session} from '../schema/request.ts';
import type {Workload} from '../schema/workload.ts';
import {codeContext, commitNames} from './code-context.ts';
import {passages} from './corpus.ts';
import {drawLength, lengthName} from './length.ts';
import {pick, seededRandom} from './random.ts';
import {charactersOf, type TokenLengthByModel} from './token-estimate.ts';

/** Code to be indexed: `batch` texts a request, each of `promptTokens` (drawn for every text) and with a beginning of its own. */
export const embed = (
  {batch, promptTokens, dimensions, encoding}: Workload<'embed'>,
  seed: number,
  {encoder}: TokenLengthByModel,
): ((index: number) => Session) => {
  const length = lengthName(promptTokens);
  const commitOf = commitNames(seed, 'embed', length, batch);
  const form = {...(dimensions === undefined ? {} : {dimensions}), ...(encoding === undefined ? {} : {encoding})};
  return index => {
    const random = seededRandom(seed, 'embed', length, batch, index);
    const texts = Array.from({length: batch}, (_, item) => {
      const characters = charactersOf(drawLength(promptTokens, random), encoder);
      const code = codeContext(random, pick(random, passages), characters);
      return `${commitOf(index * batch + item)}\n${code}`.slice(0, characters);
    });
    const id = `embed-${index}`;
    return {id, requests: [{kind: 'embed', id, texts, ...form}]};
  };
};
