import type {Suite} from '../src/schema/suite.ts';

export const contract: Suite = {
  name: 'contract',
  question: 'Does the service on :3001 keep its contract: shapes, defaults, usage, and what it says to bad input?',
  repetitions: 1,
  stages: [{name: 'contract', examine: {kind: 'contract', generated: 60}}],
};
