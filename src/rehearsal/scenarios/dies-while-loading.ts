import {needsOwnServer, type Scenario} from './scenario.ts';

export const diesWhileLoading: Scenario = {
  name: 'dies-while-loading',
  title: 'the candidate dies while it loads',
  expects: () => ['died'],
  ...{relay: () => false, takesBaseline: false},
  appliesTo: (_, runtime) => needsOwnServer(runtime),
  stage: strategy => (strategy === 'restart' ? 'cutover' : 'candidate-up'),
  strike: ({keeper}) => keeper.strike({act: 'kill'}),
};
