import {type Scenario, underLoad} from './scenario.ts';

export const answersWrong: Scenario = {
  ...underLoad,
  name: 'answers-wrong',
  title: 'the candidate answers in time, and wrongly',
  expects: () => ['answers'],
  relay: () => true,
  appliesTo: () => true,
  strike: ({keeper}) => keeper.relay({mode: 'wrong'}),
  lift: ({keeper}) => keeper.relay({mode: 'pass'}),
};
