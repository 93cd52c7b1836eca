import {needsOwnServer, type Scenario, underLoad} from './scenario.ts';

export const diesUnderLoad: Scenario = {
  ...underLoad,
  name: 'dies-under-load',
  title: 'the candidate is killed while it serves',
  expects: () => ['died', 'errors'],
  appliesTo: (_, runtime) => needsOwnServer(runtime),
  strike: ({keeper}) => keeper.strike({act: 'kill'}),
};
