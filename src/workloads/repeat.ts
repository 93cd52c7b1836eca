import type {ChatRequest, Session} from '../schema/request.ts';
import type {Workload} from '../schema/workload.ts';
import {asked} from './chat.ts';
import {codeQuestion, commitNames} from './code-context.ts';
import {passages, systemPrompt} from './corpus.ts';
import {drawLength, lengthName} from './length.ts';
import {pick, seededRandom} from './random.ts';
import {charactersOf, type TokenLengthByModel} from './token-estimate.ts';

/**
 * One question about code, asked `times` times in the same bytes, each time when the answer before it has ended. Two
 * sessions share the system prompt and nothing else.
 */
export const repeat = (
  {promptTokens, outputTokens, times}: Workload<'repeat'>,
  seed: number,
  {generative}: TokenLengthByModel,
): ((index: number) => Session) => {
  const lengths = lengthName(promptTokens);
  const commitOf = commitNames(seed, 'repeat', lengths);
  return index => {
    const random = seededRandom(seed, 'repeat', lengths, index);
    const characters = charactersOf(drawLength(promptTokens, random), generative) - systemPrompt.length;
    const maxTokens = drawLength(outputTokens, random);
    const messages = asked(codeQuestion(random, pick(random, passages), commitOf(index), characters));
    const id = `repeat-${index}`;
    const requests = Array.from(
      {length: times},
      (_, time): ChatRequest => ({kind: 'chat', id: `${id}.${time + 1}`, messages, outputTokens: maxTokens}),
    );
    return {id, requests};
  };
};
