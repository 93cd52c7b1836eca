import {hashNumbers, seededRandom} from './random.ts';
import {encode} from './tokenizer.ts';

// Each is exactly one token, alone and after any other, so that a reply that is sent back as history has the tokens that were
// generated. Some take two, three and four bytes in UTF-8: a client must put characters together across reads.
const words = (
  'the|a|of|and|to|in|is|it|that|with|for|on|as|at|by|from|this|step|token|cache|block|batch|queue|model|engine|layer|' +
  'prompt|reply|value|key|memory|time|first|last|next|then|when|which|return|const|await|import|null|true|' +
  'café|naïve|über|año|→|é|≤|…|語|🚀'
)
  .split('|')
  .map(word => ` ${word}`);
const ids = words.map(word => encode(word)[0] ?? 0);

export interface Output {
  /** One piece of text for each token, never empty. */
  readonly texts: readonly string[];
  readonly tokens: readonly number[];
}

/** What the model "says": the same for the same seed and prompt, as greedy decoding would be. */
export const generate = (seed: number, promptTokens: readonly number[], count: number): Output => {
  const random = seededRandom(hashNumbers(promptTokens, seed));
  const chosen = Array.from({length: count}, () => Math.floor(random() * words.length));
  return {texts: chosen.map(index => words[index] ?? ''), tokens: chosen.map(index => ids[index] ?? 0)};
};
