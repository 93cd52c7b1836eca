import type {ChatRequest, Session} from '../schema/request.ts';
import type {Workload} from '../schema/workload.ts';
import {asked} from './chat.ts';
import {codeQuestion, commitNames} from './code-context.ts';
import {passages, systemPrompt} from './corpus.ts';
import {drawLength, lengthName} from './length.ts';
import {pick, seededRandom} from './random.ts';
import {charactersOf, type TokenLengthByModel} from './token-estimate.ts';

/** One would do for the cache, but one alone may be half a character, and then no text comes: seen on vLLM. */
const warmingTokens = 4;

/**
 * The first question about a code context, as turn 2. Where `warm`, turn 1 sends the context without the question and asks
 * for a few tokens, so that a prefix cache has it. The question's bytes are the same either way; two sessions share the
 * system prompt and nothing else.
 */
export const warmed = (
  {promptTokens, outputTokens, warm}: Workload<'warmed'>,
  seed: number,
  {generative}: TokenLengthByModel,
): ((index: number) => Session) => {
  const lengths = lengthName(promptTokens);
  const commitOf = commitNames(seed, 'warmed', lengths);
  return index => {
    const random = seededRandom(seed, 'warmed', lengths, index);
    const characters = charactersOf(drawLength(promptTokens, random), generative) - systemPrompt.length;
    const maxTokens = drawLength(outputTokens, random);
    const passage = pick(random, passages);
    const question = codeQuestion(random, passage, commitOf(index), characters);
    const context = question.slice(0, -passage.question.length);
    const id = `warmed-${index}`;
    const first: ChatRequest = {kind: 'chat', id: `${id}.2`, messages: asked(question), outputTokens: maxTokens};
    const warming: ChatRequest = {kind: 'chat', id: `${id}.1`, messages: asked(context), outputTokens: warmingTokens};
    return warm ? {id, requests: [warming, first], turns: [1, 2]} : {id, requests: [first], turns: [2]};
  };
};
