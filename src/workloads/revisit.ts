import type {Session} from '../schema/request.ts';
import type {Workload} from '../schema/workload.ts';
import {asked} from './chat.ts';
import {codeContext, commitNames} from './code-context.ts';
import {passages, systemPrompt} from './corpus.ts';
import {drawLength, lengthName} from './length.ts';
import {pick, seededRandom, shuffled} from './random.ts';
import {charactersOf, type TokenLengthByModel} from './token-estimate.ts';

/**
 * Questions about `contexts` code contexts in turn, and then about all of them again: session i asks about context
 * i mod contexts, or the one that has this place in the visit's own order where it is mixed. A context's questions differ, and so does a name right before them; two contexts share the system
 * prompt and nothing else. The contexts must be a number by now (commands/resolve-stage.ts).
 */
export const revisit = (
  {promptTokens, outputTokens, contexts, visits, order}: Workload<'revisit'>,
  seed: number,
  {generative}: TokenLengthByModel,
): ((index: number) => Session | null) => {
  if (typeof contexts !== 'number')
    throw new TypeError('the contexts of a revisit workload are still a share of the pool');
  const lengths = lengthName(promptTokens);
  const contextNameOf = commitNames(seed, 'revisit-context', lengths);
  const visitNameOf = commitNames(seed, 'revisit', lengths);
  const inTurn = Array.from({length: contexts}, (_, context) => context);
  const orders: (readonly number[])[] = [];
  const orderOf = (visit: number): readonly number[] => {
    if (order !== 'mixed') return inTurn;
    orders[visit] ??= shuffled(seededRandom(seed, 'revisit-order', visit), inTurn);
    return orders[visit];
  };
  return index => {
    const [place, visit] = [index % contexts, 1 + Math.floor(index / contexts)];
    if (visit > visits) return null;
    const context = orderOf(visit)[place] as number;
    const ofContext = seededRandom(seed, 'revisit-context', lengths, context);
    const characters = charactersOf(drawLength(promptTokens, ofContext), generative) - systemPrompt.length;
    const random = seededRandom(seed, 'revisit', lengths, index);
    const question = `\n${visitNameOf(index)}\n${pick(random, passages).question}`;
    const code = codeContext(ofContext, pick(ofContext, passages), Math.max(0, characters - longestQuestion - 9));
    const id = `revisit-${index}`;
    const messages = asked(`${contextNameOf(context)}\n${code}${question}`);
    const maxTokens = drawLength(outputTokens, random);
    return {id, requests: [{kind: 'chat', id, messages, outputTokens: maxTokens}], turns: [visit]};
  };
};

/** With the name and the line breaks around it: what every prompt leaves room for, so that visits find the same code. */
const longestQuestion = 10 + Math.max(...passages.map(({question}) => question.length));
