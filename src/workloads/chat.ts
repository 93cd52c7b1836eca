import type {Session} from '../schema/request.ts';
import type {WorkloadSpec} from '../schema/suite.ts';
import {codeContext, commitNames} from './code-context.ts';
import {passages, systemPrompt} from './corpus.ts';
import {pick, seededRandom} from './random.ts';
import {charactersFor} from './token-estimate.ts';

/**
 * Single questions about code. System prompt and user message come to `promptTokens` by the estimate (the question
 * itself is never cut: 64 tokens is about the shortest prompt). Requests share the system prompt and nothing else:
 * every user message begins with a name of its own.
 */
export const chat = (
  {promptTokens, outputTokens}: Extract<WorkloadSpec, {kind: 'chat'}>,
  seed: number,
): ((index: number) => Session) => {
  const commitOf = commitNames(seed, 'chat', promptTokens);
  const characters = charactersFor(promptTokens, 'generative') - systemPrompt.length;
  return index => {
    const random = seededRandom(seed, 'chat', promptTokens, index);
    const passage = pick(random, passages);
    const [before, after] = [`${commitOf(index)}\n`, `\n${passage.question}`];
    const code = codeContext(random, passage, Math.max(0, characters - before.length - after.length));
    const id = `chat-${index}`;
    const messages = [
      {role: 'system', content: systemPrompt},
      {role: 'user', content: before + code + after},
    ] as const;
    return {id, requests: [{kind: 'chat', id, messages, outputTokens}]};
  };
};
