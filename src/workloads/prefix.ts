import type {ChatMessage, ChatRequest, Session} from '../schema/request.ts';
import type {Workload} from '../schema/workload.ts';
import {asked} from './chat.ts';
import {codeContext, commitNames} from './code-context.ts';
import {followUps, passages, replies} from './corpus.ts';
import {drawLength, lengthName} from './length.ts';
import {pick, type Random, seededRandom, shuffled} from './random.ts';
import type {TokenLengthByModel} from './token-estimate.ts';

/**
 * Conversations of `turns` turns about `promptTokens` of code. Every turn resends the whole conversation so far, byte
 * for byte, so all of it but the newest reply and question can come from a prefix cache. With `branches` the last turn
 * is asked so often, each time with another question after the same history. Two conversations share the system prompt and
 * nothing else.
 */
export const prefix = (
  {promptTokens, outputTokens, turns, branches = 1, thinkSeconds = 0, history: whose}: Workload<'prefix'>,
  seed: number,
  {generative: {charactersPerToken}}: TokenLengthByModel,
): ((index: number) => Session) => {
  const lengths = lengthName(promptTokens);
  const commitOf = commitNames(seed, 'prefix', lengths);
  const turnOf = Array.from({length: turns - 1 + branches}, (_, place) => Math.min(place + 1, turns));
  return index => {
    const random = seededRandom(seed, 'prefix', lengths, index);
    const codeTokens = drawLength(promptTokens, random);
    const passage = pick(random, passages);
    const code = codeContext(random, passage, Math.round(codeTokens * charactersPerToken));
    const questions = shuffled(random, followUps);
    const id = `prefix-${index}`;
    const history: ChatMessage[] = [...asked(`${commitOf(index)}\n${code}\n${passage.question}`)];
    const requests: ChatRequest[] = [];
    for (const turn of turnOf) {
      const place = requests.length;
      const maxTokens = drawLength(outputTokens, random);
      const idOfTurn = place < turns ? `${id}.${turn}` : `${id}.${turn}.${place - turns + 2}`;
      // A branch asks the next question in the place of the last one.
      if (place >= turns)
        history[history.length - 1] = {role: 'user', content: branchQuestion(questions, turns, place)};
      requests.push({kind: 'chat', id: idOfTurn, messages: [...history], outputTokens: maxTokens});
      if (turn === turns) continue;
      history.push(
        // The reply in the history is scripted, not what the engine said: engines answer differently, and both must
        // get the same bytes. So the tokens that an engine kept of its own reply are no use to it, in either engine.
        {role: 'assistant', content: scriptedReply(random, Math.round(maxTokens * charactersPerToken))},
        {role: 'user', content: questions[place % questions.length] as string},
      );
    }
    const session: Session = {
      id,
      requests,
      ...(branches > 1 && {turns: turnOf}),
      ...(thinkSeconds > 0 && {
        pausesMs: thinkPauses(seededRandom(seed, 'think', lengths, index), thinkSeconds, turnOf.length),
      }),
      ...(whose === 'engine' && {history: whose}),
    };
    return session;
  };
};

/** The question of a branch: the next one of the list, and when all have been asked two at once, so that no two branches ask the same. */
const branchQuestion = (questions: readonly string[], turns: number, place: number): string => {
  const question = questions[(place - 1) % questions.length] as string;
  const round = Math.floor((place - turns + 1) / questions.length);
  return round === 0 ? question : `${question} ${questions[(place - 1 + round) % questions.length] as string}`;
};

/** Exponential with this mean, cut at five times the mean; nobody thinks before the first turn. */
const thinkPauses = (random: Random, meanSeconds: number, requests: number): number[] =>
  Array.from({length: requests}, (_, place) =>
    place === 0 ? 0 : Math.min(5, -Math.log(1 - random())) * meanSeconds * 1000,
  );

/** As long as the reply that was asked for, so that the history grows as in a real conversation. */
const scriptedReply = (random: Random, characters: number): string => {
  let text = pick(random, replies);
  while (text.length < characters) text += ` ${pick(random, replies)}`;
  return text.slice(0, characters);
};
