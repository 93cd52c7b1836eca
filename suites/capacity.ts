import type {Suite} from '../src/schema/suite.ts';

/** Four minutes or so on an H100 with a model of 1.5B parameters. */
export const capacity: Suite = {
  name: 'capacity',
  question: 'How many chats at once does it take until more of them bring no more tokens a second?',
  repetitions: 1,
  stages: [
    {
      name: 'capacity',
      workload: {kind: 'chat', promptTokens: 512, outputTokens: 128},
      // What each level is measured with follows from the sweep.
      load: {mode: 'closed', concurrency: 1, requests: null, durationSeconds: null, warmup: 1},
      // Beyond it every user waits nearly twice as long for less than a tenth more. With 16 rounds the start-up burst, of
      // which some is in the window, takes 2.5 % off the throughput at most (measured on the simulated engines).
      sweep: {over: 'concurrency', from: 1, to: 1024, gainShare: 0.1, requestsPerSlot: 16},
    },
  ],
};
