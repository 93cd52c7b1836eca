import type {WeightsSpec} from '../src/schema/disturbance.ts';
import type {DisturbedStage, Suite} from '../src/schema/suite.ts';

type Change = Pick<WeightsSpec, 'method' | 'flush'>;

/** Questions about eight files, sent whatever the server does, so that what waits or fails while the weights change is seen. */
const under = (name: string, change: Change, durationSeconds: number): DisturbedStage => ({
  name,
  workload: {kind: 'chat', promptTokens: 1024, outputTokens: 64, sharedPrefix: 0.75, contexts: 8},
  load: {
    mode: 'open',
    arrivals: 'poisson',
    ratePerSecond: 8,
    maxInFlight: null,
    requests: null,
    durationSeconds,
    warmup: 16,
  },
  disturb: {kind: 'weights', ...change, atShare: 0.4},
});

export const weightSync: Suite = {
  name: 'weight-sync',
  question:
    'How long do new weights take to answer, what becomes of the requests meanwhile, and is the prefix cache kept?',
  repetitions: 1,
  stages: [
    under('sync-lora', {method: 'lora', flush: null}, 30),
    under('sync-disk-flush', {method: 'disk', flush: true}, 40),
    under('sync-disk-keep', {method: 'disk', flush: false}, 40),
    // A start takes a minute: some of the load must come after it.
    under('sync-restart', {method: 'restart', flush: null}, 150),
  ],
};
