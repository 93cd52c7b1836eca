import {engines} from '../engines/index.ts';
import {type StackPlan, stackPlan} from '../schema/stack.ts';
import {badFile, describeIssue, readYamlFile, secretsIn} from './yaml-file.ts';

const kind = {
  noun: 'stack',
  hint: 'The fields are described in src/schema/stack.ts; the files under docker/stacks are examples.',
};

/**
 * A stack plan by its name (the file `<stacksDir>/<name>.yaml`) or by the path of a YAML file.
 * Throws BAD_STACK with every mistake at once: the file, the place in it and the reason of each. What concerns several
 * servers together is looked at when each of them is right by itself.
 */
export const readStackFile = async (nameOrPath: string, stacksDir: string): Promise<StackPlan> => {
  const {file, value} = await readYamlFile(nameOrPath, stacksDir, kind);
  const plan = stackPlan.safeParse(value);
  const engineMistake = unknownEngine(value);
  const found = [
    ...engineMistake,
    ...(plan.success ? [] : plan.error.issues.flatMap(describeIssue)),
    ...secretsIn(value),
  ];
  if (plan.success && found.length === 0) found.push(...flagsGivenTwice(plan.data));
  if (!plan.success || found.length > 0) throw badFile(file, kind, found);
  return plan.data;
};

/** Found beside the schema's mistakes, so that a wrong name does not hide them or they it. */
const unknownEngine = (value: unknown): string[] => {
  const name = typeof value === 'object' && value !== null && 'engine' in value ? value.engine : undefined;
  if (typeof name !== 'string' || name === '') return []; // the schema says that
  const startable = Object.values(engines)
    .filter(({launch}) => launch !== null)
    .map(engine => engine.name);
  return startable.includes(name)
    ? []
    : [`engine: ${name} is not an engine that cutover can start; those are ${startable.join(', ')}`];
};

/** Model, host and port have fields of their own: a second one among the arguments would win or lose by accident. */
const flagsGivenTwice = ({engine, servers}: StackPlan): string[] => {
  const launch = Object.values(engines).find(({name}) => name === engine)?.launch;
  return servers.flatMap((server, index) => {
    const words = launch?.arguments(server, '127.0.0.1') ?? [];
    return Object.keys(server.arguments)
      .filter(flag => words.indexOf(`--${flag}`) !== words.lastIndexOf(`--${flag}`))
      .map(flag => `servers.${index}.arguments.${flag}: is set by cutover; leave it out`);
  });
};
