import {CutoverError} from '../../errors.ts';
import type {Options} from '../../options.ts';
import type {SideStart} from '../../rehearsal/rehearsal-run.ts';
import {isOnPath} from '../../runtimes/installed.ts';
import {isServiceAddress} from '../../runtimes/kubernetes/service-address.ts';
import type {Arm} from '../../schema/block.ts';
import type {RehearsalPlan} from '../../schema/rehearsal-plan.ts';
import {faultText} from '../../simulator/faults.ts';
import {type Side, sideOf, sidesText} from '../decide/sides.ts';

/** The simulated engine, unless something that only a real one has was given. */
const runtimeOf = (arm: Arm, options: Options): Options['runtime'] => {
  if (options[`${arm}Attach`].length > 0) return null;
  if (options.runtime !== null) return options.runtime;
  if (options.dockerSettings !== null) return 'docker';
  return options[`${arm}Python`] === null ? 'embedded' : 'process';
};

/** Nothing was given that says so: what a rehearsal takes then is its own choice. */
const whyOf = ({runtime, why}: Side['choice']): string => {
  if (runtime === 'embedded') return 'simulated, as --runtime docker or process was not given.';
  return runtime === 'process' ? 'an interpreter was named for it.' : why;
};

const perRole = (flag: string, given: Options['attach']): readonly string[] =>
  given.flatMap(({role, value}) => [flag, role === null ? value : `${role}=${value}`]);

const one = (flag: string, value: string | number | null): readonly string[] =>
  value === null ? [] : [flag, String(value)];

/** Which cluster is meant, of a side that is in one. */
const clusterWords = ({attach, kubeconfig, kubeContext, kubeNamespace}: Options): readonly string[] =>
  attach.some(({value}) => isServiceAddress(value))
    ? [
        ...one('--kubeconfig', kubeconfig),
        ...one('--kube-context', kubeContext),
        ...one('--kube-namespace', kubeNamespace),
      ]
    : [];

/** The flags of `cutover up` that bring this side up. */
const wordsOf = ({engine, options, choice: {runtime, plan}}: Side): readonly string[] => [
  ...['--engine', engine, '--seed', String(options.seed)],
  ...(runtime === 'attach' ? [] : ['--runtime', runtime]),
  ...perRole('--attach', options.attach),
  ...clusterWords(options),
  ...perRole('--model', options.model),
  ...one('--stack', plan === null ? null : options.stack),
  ...one('--python', runtime === 'process' ? options.python : null),
  ...one('--docker-settings', runtime === 'docker' ? options.dockerSettings : null),
  ...one('--kv-tokens', options.kvTokens),
  ...options.fault.flatMap(fault => ['--fault', faultText(fault)]),
];

/** Found now: the candidate would start, and fail, only when the baseline has had its stages. */
const refuseMissingPython = async ({arm, choice, options: {python}}: Side): Promise<void> => {
  if (choice.runtime !== 'process' || python === null || (await isOnPath(python))) return;
  throw new CutoverError('BAD_OPTIONS', `--${arm}-python ${python}: there is no such program`, {
    hint: 'Name the interpreter of the virtual environment that has the engine, such as /opt/sglang/bin/python.',
  });
};

/**
 * Where both sides run, and the words that start them. Looks at the machine, so that what cannot be started is refused before anything is:
 * throws what `chooseWhere` throws.
 */
export const sideStarts = async (
  plan: RehearsalPlan,
  options: Options,
  note: (line: string) => void,
): Promise<Readonly<Record<Arm, SideStart>>> => {
  const chosen = async (arm: Arm): Promise<Side> => {
    const side = await sideOf(arm, plan, {...options, runtime: runtimeOf(arm, options)});
    return options.runtime === null ? {...side, choice: {...side.choice, why: whyOf(side.choice)}} : side;
  };
  const sides = [await chosen('baseline'), await chosen('candidate')] as const;
  for (const side of sides) await refuseMissingPython(side);
  for (const line of sidesText(sides)) note(line);
  const [baseline, candidate] = sides.map(side => ({words: wordsOf(side), runtime: side.choice.runtime}));
  if (baseline === undefined || candidate === undefined) throw new TypeError('there are two sides');
  return {baseline, candidate};
};
