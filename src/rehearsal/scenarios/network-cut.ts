import {type Scenario, underLoad} from './scenario.ts';

export const networkCut: Scenario = {
  ...underLoad,
  name: 'network-cut',
  title: 'no byte comes through between the gateway and the candidate',
  expects: 'hang',
  relay: true,
  appliesTo: () => true,
  strike: ({keeper}) => keeper.relay({mode: 'cut'}),
  lift: ({keeper}) => keeper.relay({mode: 'pass'}),
};
