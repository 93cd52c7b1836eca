import {needsOwnServer, type Scenario, underLoad} from './scenario.ts';

export const runsOutOfMemory: Scenario = {
  ...underLoad,
  name: 'runs-out-of-memory',
  title: 'the memory of the candidate is used up',
  // In a container with a limit the kernel may take its time, and the server none of the requests meanwhile.
  expects: runtime => (runtime === 'docker' ? ['died', 'errors', 'hang'] : ['died', 'errors']),
  appliesTo: (_, runtime) => needsOwnServer(runtime),
  strike: ({keeper}) => keeper.strike({act: 'fill-memory'}),
};
