import type {Scenario} from './scenario.ts';

export const none: Scenario = {
  name: 'none',
  title: 'nothing goes wrong',
  expects: () => [],
  ...{relay: () => false, takesBaseline: false},
  appliesTo: () => true,
  stage: () => null,
  strike: async () => {
    throw new TypeError('there is nothing to strike with');
  },
};
