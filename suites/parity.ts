import type {Suite} from '../src/schema/suite.ts';

export const parity: Suite = {
  name: 'parity',
  question: 'Are the answers the same, as far as an engine gives the same answers twice?',
  // It asks twice by itself.
  repetitions: 1,
  stages: [{name: 'parity', examine: {kind: 'parity', texts: 64, rankings: 16, chats: 16}}],
};
