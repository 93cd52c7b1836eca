import {type FlagName, flagText, type Options} from './options.ts';

type Clash = (when: boolean, sentence: string) => void;

const arms = ['baseline', 'candidate'] as const;

/** Of a decision that is there, all is fixed but how it is shown. */
const shown: readonly FlagName[] = ['json', 'quiet', 'format'];

/** What a decision that its budget ended goes on with. */
const more: FlagName = 'budget';

/** What --resume and --from leave no choice in. */
const fixedClashes = (options: Options, given: readonly FlagName[], clash: Clash) => {
  const {resume, from, baseline} = options;
  const named = [
    {flag: '--resume', value: resume, why: 'goes on with the options that the decision was begun with'},
    {flag: '--from', value: from, why: 'computes from what was measured'},
  ];
  for (const {flag, value, why} of named) {
    if (value === null) continue;
    const own = flag.slice(2);
    const refused = given.filter(
      name =>
        !shown.includes(name) &&
        name !== own &&
        name !== 'resume' &&
        name !== 'from' &&
        !(own === 'resume' && name === more),
    );
    clash(
      refused.length > 0,
      `${flag} ${why}, so ${refused.map(flagText).join(', ')} cannot be given with it. Leave it out, or begin another decision`,
    );
  }
  clash(resume !== null && from !== null, '--resume measures on and --from does not. Leave one out');
  clash(
    baseline !== null && options.aaPairs !== null,
    '--aa-pairs needs a baseline that is measured, and --baseline takes a stored one. Leave one out',
  );
};

/** Of one side of a decision or a rehearsal. */
export const sideClashes = (options: Options, arm: (typeof arms)[number], clash: Clash) => {
  const attach = options[`${arm}Attach`];
  const stack = options[`${arm}Stack`];
  const engine = options[`${arm}Engine`];
  const attached = attach.length > 0;
  const flag = (name: string) => `--${arm}-${name}`;
  clash(
    attached && (stack !== null || options[`${arm}Python`] !== null),
    `${flag('attach')} measures what already serves, so ${flag('stack')} and ${flag('python')} have no use. Leave them out`,
  );
  clash(
    options[`${arm}Fault`].length > 0 && (attached || stack !== null || !['embedded', null].includes(options.runtime)),
    `${flag('fault')} is for the embedded simulated engine only. Add --runtime embedded, without ${flag('attach')} and ${flag('stack')}`,
  );
  clash(
    (engine === 'openai' || engine === 'service') && !attached,
    `${flag('engine')} ${engine} has nothing to start. Add ${flag('attach')} <URL of the server>`,
  );
  const roles = attach.map(({role}) => role);
  clash(
    new Set(roles).size < roles.length,
    `${flag('attach')} names the same role twice. Give one URL for each of chat, embed and rerank, or one for all`,
  );
  clash(
    attached && options.kvTokens !== null,
    `--kv-tokens is for servers that cutover starts, and ${flag('attach')} measures one that serves. Leave one out`,
  );
};

/** Options of `decide` that are each right and cannot go together. `given`: those that were written. */
export const decisionClashes = (options: Options, given: readonly FlagName[], clash: Clash): void => {
  fixedClashes(options, given, clash);
  const attached = arms.map(arm => options[`${arm}Attach`].length > 0);
  const measured = arms.filter(arm => arm !== 'baseline' || options.baseline === null);
  for (const arm of measured) sideClashes(options, arm, clash);
  clash(
    options.runtime === 'attach' && attached.some(one => !one),
    '--runtime attach needs a server for each side. Add --baseline-attach and --candidate-attach, or leave --runtime out',
  );
  clash(
    options.dockerSettings !== null && options.runtime !== null && options.runtime !== 'docker',
    '--docker-settings is for containers. Write --runtime docker, or leave it out',
  );
  const ofBaseline = given.find(name => name.startsWith('baseline') && name !== 'baseline');
  clash(
    options.baseline !== null && ofBaseline !== undefined,
    `--baseline takes a stored baseline, so ${flagText(ofBaseline ?? '')} cannot be given with it. Leave one out`,
  );
  clash(
    options.baseline !== null && given.includes('seed'),
    '--baseline sends the requests of the stored run, whose seed counts. Leave --seed out',
  );
};
