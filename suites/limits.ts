import type {Suite} from '../src/schema/suite.ts';

export const limits: Suite = {
  name: 'limits',
  question:
    'What do the embedding and ranking servers make of texts and numbers at the end of what they take, and past it?',
  repetitions: 1,
  stages: [{name: 'limits', examine: {kind: 'limits'}}],
};
