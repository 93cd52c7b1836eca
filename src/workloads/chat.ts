import type {ChatMessage, Session} from '../schema/request.ts';
import type {Workload} from '../schema/workload.ts';
import {codeContext, codeQuestion, commitNames} from './code-context.ts';
import {passages, systemPrompt} from './corpus.ts';
import {drawLength, lengthName} from './length.ts';
import {pick, seededRandom} from './random.ts';
import {charactersOf, type TokenLengthByModel} from './token-estimate.ts';

/** The system prompt and what the user says. */
export const asked = (content: string): readonly ChatMessage[] => [
  {role: 'system', content: systemPrompt},
  {role: 'user', content},
];

/**
 * Single questions about code. System prompt and user message come to `promptTokens` (the question
 * itself is never cut: 64 tokens is about the shortest prompt). With `sharedPrefix` so much of each prompt, system prompt
 * included, is the beginning of one of `contexts` long codes. Beyond that beginning, or beyond the system prompt where
 * there is none, requests share nothing: what follows begins with a name of its own.
 */
export const chat = (
  {promptTokens, outputTokens, sharedPrefix = 0, contexts = 1}: Workload<'chat'>,
  seed: number,
  {generative}: TokenLengthByModel,
): ((index: number) => Session) => {
  const lengths = lengthName(promptTokens);
  const commitOf = commitNames(seed, 'chat', lengths);
  const contextNameOf = commitNames(seed, 'chat-context', lengths);
  /** The same bytes for every request about this context: a longer beginning begins with the shorter ones. */
  const beginning = (context: number, characters: number): string => {
    const random = seededRandom(seed, 'chat-context', lengths, context);
    const text = `${contextNameOf(context)}\n${codeContext(random, pick(random, passages), characters)}`;
    return `${text.slice(0, Math.max(0, characters - 1))}\n`;
  };
  return index => {
    const random = seededRandom(seed, 'chat', lengths, index);
    const promptCharacters = charactersOf(drawLength(promptTokens, random), generative);
    const maxTokens = drawLength(outputTokens, random);
    const sharedCharacters = Math.round(promptCharacters * sharedPrefix) - systemPrompt.length;
    const shared = sharedCharacters > 0 ? beginning(Math.floor(random() * contexts), sharedCharacters) : '';
    const own = promptCharacters - systemPrompt.length - shared.length;
    const question = codeQuestion(random, pick(random, passages), commitOf(index), own);
    const id = `chat-${index}`;
    return {id, requests: [{kind: 'chat', id, messages: asked(shared + question), outputTokens: maxTokens}]};
  };
};
