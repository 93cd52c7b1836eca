import {type Scenario, underLoad} from './scenario.ts';

export const errorsInBursts: Scenario = {
  ...underLoad,
  name: 'errors-in-bursts',
  title: 'the candidate answers 500 in bursts',
  expects: () => ['errors'],
  relay: () => true,
  appliesTo: () => true,
  strike: ({keeper}) => keeper.relay({mode: 'errors', everySeconds: 2, burstSeconds: 0.5}),
  lift: ({keeper}) => keeper.relay({mode: 'pass'}),
};
