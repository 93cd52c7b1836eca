import type {ServerFacts} from './engine.ts';

/** Of a server that was not asked, or told nothing. */
export const untoldFacts: ServerFacts = {
  version: null,
  model: null,
  contextTokens: null,
  kvTokens: null,
  pageTokens: null,
  reportsCachedTokens: null,
};
