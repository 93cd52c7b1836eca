import type {Suite} from '../src/schema/suite.ts';

export const timeSharing: Suite = {
  name: 'time-sharing',
  question:
    'What does a server that lends its GPU to a training for a while give back of it, and what do its requests get meanwhile?',
  repetitions: 1,
  stages: [
    {
      name: 'time-sharing',
      workload: {kind: 'chat', promptTokens: 1024, outputTokens: 64, sharedPrefix: 0.75, contexts: 8},
      load: {
        mode: 'open',
        arrivals: 'poisson',
        ratePerSecond: 4,
        maxInFlight: null,
        requests: null,
        durationSeconds: 40,
        warmup: 16,
      },
      disturb: {kind: 'sleep', asleepSeconds: 5, atShare: 0.4},
    },
  ],
};
