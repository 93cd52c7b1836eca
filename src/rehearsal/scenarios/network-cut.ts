import {type Scenario, underLoad} from './scenario.ts';

/** A container really loses its network: what was on the way there gets no answer, and new ones are refused, or hang; its keeper, too, may find it gone. */
const isReal = (runtime: string): boolean => runtime === 'docker';

export const networkCut: Scenario = {
  ...underLoad,
  name: 'network-cut',
  title: 'no byte comes through between the gateway and the candidate',
  expects: runtime => (isReal(runtime) ? ['errors', 'hang', 'died'] : ['hang']),
  relay: runtime => !isReal(runtime),
  appliesTo: () => true,
  strike: ({run, keeper}) =>
    isReal(run.parts.starts.candidate.runtime) ? keeper.strike({act: 'cut'}) : keeper.relay({mode: 'cut'}),
  lift: ({run, keeper}) =>
    isReal(run.parts.starts.candidate.runtime) ? keeper.strike({act: 'mend'}) : keeper.relay({mode: 'pass'}),
};
