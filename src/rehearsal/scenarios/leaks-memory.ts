import {needsOwnServer, type Scenario, underLoad} from './scenario.ts';

/** Well over what any plan allows: a few readings show it. */
const mibPerSecond = 128;

export const leaksMemory: Scenario = {
  ...underLoad,
  name: 'leaks-memory',
  title: 'memory of the candidate grows without end',
  expects: () => ['memory'],
  appliesTo: (_, runtime) => needsOwnServer(runtime),
  strike: ({keeper}) => keeper.strike({act: 'leak', mibPerSecond}),
};
