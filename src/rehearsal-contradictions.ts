import {sideClashes} from './decision-contradictions.ts';
import {type FlagName, flagText, type Options} from './options.ts';

type Clash = (when: boolean, sentence: string) => void;

const arms = ['baseline', 'candidate'] as const;

/** Of a rehearsal that is there, all is fixed but how it is shown. */
const shown: readonly FlagName[] = ['json', 'quiet', 'format'];

const places = {
  resume: 'goes on with the options that the rehearsal was begun with',
  abort: 'gives up a rehearsal with the options that it was begun with',
  from: 'computes from what was seen',
} as const;

/** Options of `rehearse` that are each right and cannot go together. `given`: those that were written. */
export const rehearsalClashes = (options: Options, given: readonly FlagName[], clash: Clash): void => {
  const named = (['resume', 'abort', 'from'] as const).filter(name => options[name] !== null);
  clash(named.length > 1, `${named.map(flagText).join(' and ')} exclude each other. Leave all but one out`);
  for (const name of named) {
    const refused = given.filter(one => !shown.includes(one) && !Object.hasOwn(places, one));
    clash(
      refused.length > 0,
      `--${name} ${places[name]}, so ${refused.map(flagText).join(', ')} cannot be given with it. Leave it out, or begin another rehearsal`,
    );
  }
  for (const arm of arms) {
    sideClashes(options, arm, clash);
    clash(
      options.runtime === 'embedded' && options[`${arm}Stack`] !== null,
      `--runtime embedded rehearses with one simulated server on each side. Leave --${arm}-stack out`,
    );
  }
  clash(
    options.runtime === 'attach' && arms.some(arm => options[`${arm}Attach`].length === 0),
    '--runtime attach needs a server for each side. Add --baseline-attach and --candidate-attach, or leave --runtime out',
  );
  clash(
    options.dockerSettings !== null && options.runtime !== null && options.runtime !== 'docker',
    '--docker-settings is for containers. Write --runtime docker, or leave it out',
  );
  clash(
    options.dockerRestartCommand !== null && options.scenario !== 'docker-restarts',
    '--docker-restart-command is of one scenario. Add --scenario docker-restarts, or leave it out',
  );
};
