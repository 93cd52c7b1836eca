import type {Suite} from '../src/schema/suite.ts';

export const outage: Suite = {
  name: 'outage',
  question: 'What do the clients of a router see when one of its servers dies and comes back?',
  repetitions: 1,
  stages: [
    {
      name: 'outage',
      workload: {kind: 'chat', promptTokens: 1024, outputTokens: 64, sharedPrefix: 0.75, contexts: 8},
      load: {
        mode: 'open',
        arrivals: 'poisson',
        ratePerSecond: 8,
        maxInFlight: null,
        requests: null,
        durationSeconds: 120,
        warmup: 16,
      },
      disturb: {kind: 'outage', member: 'replica-1', downSeconds: 5, atShare: 0.25},
    },
  ],
};
