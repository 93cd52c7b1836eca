import {needsOwnServer, type Scenario, underLoad} from './scenario.ts';

export const hangs: Scenario = {
  ...underLoad,
  name: 'hangs',
  title: 'the candidate takes requests and answers none',
  expects: () => ['hang'],
  appliesTo: (_, runtime) => needsOwnServer(runtime),
  strike: ({keeper}) => keeper.strike({act: 'freeze'}),
  lift: ({keeper}) => keeper.strike({act: 'thaw'}),
};
