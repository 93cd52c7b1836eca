import type {Suite} from '../src/schema/suite.ts';

/** Five to seven minutes. */
export const goodput: Suite = {
  name: 'goodput',
  question:
    'How many chats a second can arrive while 99 of 100 still begin within half a second and are fluent to read?',
  repetitions: 1,
  stages: [
    {
      name: 'goodput',
      workload: {kind: 'chat', promptTokens: 512, outputTokens: 128},
      load: {
        mode: 'open',
        arrivals: 'poisson',
        ratePerSecond: 4,
        maxInFlight: null,
        requests: null,
        durationSeconds: null,
        warmup: 16,
      },
      sweep: {
        over: 'rate',
        from: 4,
        to: 512,
        // 20 tokens a second are faster than anybody reads.
        slo: {ttftP99Ms: 500, tpotP99Ms: 50, e2eP99Ms: null},
        resolution: 0.05,
        secondsPerLevel: 30,
      },
    },
  ],
};
