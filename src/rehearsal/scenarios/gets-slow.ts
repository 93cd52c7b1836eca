import {type Scenario, underLoad} from './scenario.ts';

export const getsSlow: Scenario = {
  ...underLoad,
  name: 'gets-slow',
  title: 'the candidate takes several times as long',
  expects: () => ['latency'],
  relay: () => true,
  appliesTo: () => true,
  strike: ({keeper}) => keeper.relay({mode: 'slow', factor: 5, delayMs: 200}),
  lift: ({keeper}) => keeper.relay({mode: 'pass'}),
};
