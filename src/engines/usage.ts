import type {Usage} from './engine.ts';
import {countAt} from './json-field.ts';

/** OpenAI's `usage` object. A count that is null or absent was not told; a 0 is a 0. */
export const readStandardUsage = (usage: unknown): Usage => ({
  promptTokens: countAt(usage, 'prompt_tokens'),
  outputTokens: countAt(usage, 'completion_tokens'),
  cachedPromptTokens: countAt(usage, 'prompt_tokens_details', 'cached_tokens'),
});
