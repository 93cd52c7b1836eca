import {engines} from '../engines/index.ts';
import {badFile, describeIssue, readYamlFile} from '../runtimes/yaml-file.ts';
import {type RehearsalPlan, rehearsalPlan} from '../schema/rehearsal-plan.ts';

const kind = {
  noun: 'rehearsal',
  hint: 'The fields are described in src/schema/rehearsal-plan.ts; the files under suites/rehearsals are examples.',
  code: 'BAD_SUITE',
} as const;

/** What is each right by itself and not together. */
const mistakesIn = ({baseline, candidate, load, strategy, answers}: RehearsalPlan): readonly string[] => {
  const unknown = Object.entries({baseline, candidate})
    .filter(([, {engine}]) => !Object.hasOwn(engines, engine))
    .map(([arm, {engine}]) => `${arm}.engine: ${engine} is no engine; write one of ${Object.keys(engines).join(', ')}`);
  const names = load.map(({name}) => name);
  const twice = names
    .filter((name, index) => names.indexOf(name) < index)
    .map(name => `load: two parts are named ${name}; give each a name of its own`);
  const steps = strategy.kind === 'canary' ? strategy.steps : [];
  const shares = steps.map(({share}) => share);
  return [
    ...unknown,
    ...twice,
    ...steps.flatMap(({seconds, maxSeconds}, index) =>
      maxSeconds < seconds
        ? [`strategy.steps.${index}.maxSeconds: ${maxSeconds} is below its seconds, ${seconds}; write at least that`]
        : [],
    ),
    ...(shares.some((share, index) => share <= (shares[index - 1] ?? 0))
      ? ['strategy.steps: the shares must grow from step to step; put them in order']
      : []),
    ...(answers.ask.kind === 'parity' ? [] : ['answers.ask.kind: must be parity, whose answers are compared']),
  ];
};

/**
 * A plan by its name (the file `<dir>/<name>.yaml`) or by the path of a YAML file. Throws BAD_SUITE with every mistake at once: the
 * field, the reason and the fix.
 */
export const readRehearsalPlan = async (nameOrPath: string, dir: string): Promise<RehearsalPlan> => {
  const {file, value} = await readYamlFile(nameOrPath, dir, kind);
  const plan = rehearsalPlan.safeParse(value);
  if (!plan.success) throw badFile(file, kind, plan.error.issues.flatMap(describeIssue));
  const found = mistakesIn(plan.data);
  if (found.length > 0) throw badFile(file, kind, found);
  return plan.data;
};
