/**
 * Characters of source code that make one token, measured on fixtures/code-search.json: 3.78 with Qwen2.5's tokenizer
 * (Go and TypeScript 3.5, Java 4.6) and 3.12 with BERT's WordPiece (shell 2.5, Java 3.5).
 *
 * Requests are cut by this estimate, so that they can be made without any model's tokenizer and are the same bytes for
 * every engine. What they came to in tokens is the server's to say, in usage, and that is what records and tables show.
 */
const charactersPerToken = {generative: 3.75, encoder: 3.1} as const;

/** The length of a text of about `tokens` tokens for models that write ('generative') or only read ('encoder'). */
export const charactersFor = (tokens: number, model: keyof typeof charactersPerToken): number =>
  Math.round(tokens * charactersPerToken[model]);
