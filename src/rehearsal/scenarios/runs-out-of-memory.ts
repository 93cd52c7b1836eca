import {needsOwnServer, type Scenario, underLoad} from './scenario.ts';

export const runsOutOfMemory: Scenario = {
  ...underLoad,
  name: 'runs-out-of-memory',
  title: 'the memory of the candidate is used up',
  expects: 'died',
  appliesTo: (_, runtime) => needsOwnServer(runtime),
  strike: ({keeper}) => keeper.strike({act: 'fill-memory'}),
};
