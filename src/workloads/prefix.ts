import type {ChatMessage, ChatRequest, Session} from '../schema/request.ts';
import type {WorkloadSpec} from '../schema/suite.ts';
import {codeContext, commitNames} from './code-context.ts';
import {followUps, passages, replies, systemPrompt} from './corpus.ts';
import {pick, type Random, seededRandom, shuffled} from './random.ts';
import {charactersFor} from './token-estimate.ts';

/**
 * Conversations of `turns` turns about `promptTokens` of code. Every turn resends the whole conversation so far, byte
 * for byte, so all of it but the newest reply and question can come from a prefix cache. Two conversations share the
 * system prompt and nothing else.
 */
export const prefix = (
  {promptTokens, outputTokens, turns}: Extract<WorkloadSpec, {kind: 'prefix'}>,
  seed: number,
): ((index: number) => Session) => {
  const commitOf = commitNames(seed, 'prefix', promptTokens);
  return index => {
    const random = seededRandom(seed, 'prefix', promptTokens, index);
    const passage = pick(random, passages);
    const code = codeContext(random, passage, charactersFor(promptTokens, 'generative'));
    const questions = shuffled(random, followUps);
    const id = `prefix-${index}`;
    const history: ChatMessage[] = [
      {role: 'system', content: systemPrompt},
      {role: 'user', content: `${commitOf(index)}\n${code}\n${passage.question}`},
    ];
    const requests: ChatRequest[] = [];
    for (let turn = 1; turn <= turns; turn += 1) {
      requests.push({kind: 'chat', id: `${id}.${turn}`, messages: [...history], outputTokens});
      history.push(
        // The reply in the history is scripted, not what the engine said: engines answer differently, and both must
        // get the same bytes. So the tokens that an engine kept of its own reply are no use to it, in either engine.
        {role: 'assistant', content: scriptedReply(random, charactersFor(outputTokens, 'generative'))},
        {role: 'user', content: questions[(turn - 1) % questions.length] as string},
      );
    }
    return {id, requests};
  };
};

/** As long as the reply that was asked for, so that the history grows as in a real conversation. */
const scriptedReply = (random: Random, characters: number): string => {
  let text = pick(random, replies);
  while (text.length < characters) text += ` ${pick(random, replies)}`;
  return text.slice(0, characters);
};
