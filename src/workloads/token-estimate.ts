import type {TokenLengths} from '../schema/record.ts';
import type {Role} from '../schema/request.ts';

/** What a number of tokens comes to in characters: `(tokens - fixedTokens) * charactersPerToken`. */
export interface TokenLength {
  readonly charactersPerToken: number;
  /** What a request (a text of an encoder) has in tokens beyond its characters at this ratio: template, markers, dense names. */
  readonly fixedTokens: number;
}

/** For models that write ('generative') and those that only read ('encoder'). */
export interface TokenLengthByModel {
  readonly generative: TokenLength;
  readonly encoder: TokenLength;
}

/**
 * Of source code, measured on fixtures/code-search.json: 3.78 with Qwen2.5's tokenizer (Go and TypeScript 3.5, Java 4.6)
 * and 3.12 with BERT's WordPiece (shell 2.5, Java 3.5). What stands in where nobody can be asked.
 *
 * Requests are cut by characters, so that they are the same bytes for every engine of one model. What they came to in
 * tokens is the server's to say, in usage, and that is what records and tables show.
 */
export const estimatedTokenLength: TokenLengthByModel = {
  generative: {charactersPerToken: 3.75, fixedTokens: 0},
  encoder: {charactersPerToken: 3.1, fixedTokens: 0},
};

const modelKindOf = (role: Role): keyof TokenLengthByModel => (role === 'chat' ? 'generative' : 'encoder');

/** The estimate for the model behind a role. */
export const estimateOf = (role: Role): TokenLength => estimatedTokenLength[modelKindOf(role)];

/** What the prompts of a role are cut by; of a role that was not measured, the estimate. */
export const tokenLengthOf = (lengths: readonly TokenLengths[], role: Role): TokenLengthByModel => {
  const {charactersPerToken, fixedTokens} = lengths.find(length => length.role === role) ?? estimateOf(role);
  return {...estimatedTokenLength, [modelKindOf(role)]: {charactersPerToken, fixedTokens}};
};

/**
 * How many characters make a prompt of so many tokens. At least half of what the ratio alone says: a very short one has
 * not all that is fixed.
 */
export const charactersOf = (tokens: number, {charactersPerToken, fixedTokens}: TokenLength): number =>
  Math.round(Math.max(tokens / 2, tokens - fixedTokens) * charactersPerToken);
