import {readdir, readFile} from 'node:fs/promises';
import {basename, join} from 'node:path';
import {LineCounter, parseDocument} from 'yaml';
import type {z} from 'zod';
import {engines} from '../engines/index.ts';
import {CutoverError, reasonOf} from '../errors.ts';
import {type StackPlan, stackPlan} from '../schema/stack.ts';

const isPath = (nameOrPath: string) => /[/\\]|\.ya?ml$/.test(nameOrPath);

/**
 * A stack plan by its name (the file `<stacksDir>/<name>.yaml`) or by the path of a YAML file.
 * Throws BAD_STACK with every mistake at once: the file, the place in it and the reason of each. What concerns several
 * servers together is looked at when each of them is right by itself.
 */
export const readStackFile = async (nameOrPath: string, stacksDir: string): Promise<StackPlan> => {
  const file = isPath(nameOrPath) ? nameOrPath : join(stacksDir, `${nameOrPath}.yaml`);
  const text = await readFile(file, 'utf8').catch(async (thrown: unknown) => {
    throw await notReadable(nameOrPath, stacksDir, thrown);
  });
  const {value, mistakes} = readYaml(text);
  if (mistakes.length > 0) throw badStack(file, mistakes);
  const plan = stackPlan.safeParse(value);
  const engineMistake = unknownEngine(value);
  const found = [...engineMistake, ...(plan.success ? [] : plan.error.issues.flatMap(describeIssue))];
  if (plan.success && found.length === 0) found.push(...flagsGivenTwice(plan.data));
  if (!plan.success || found.length > 0) throw badStack(file, found);
  return plan.data;
};

const badStack = (file: string, mistakes: readonly string[]) =>
  new CutoverError(
    'BAD_STACK',
    [`${file} is not a stack file:`, ...mistakes.map(mistake => `  ${mistake}`)].join('\n'),
    {
      hint: 'The fields are described in src/schema/stack.ts; the files under docker/stacks are examples.',
    },
  );

const notReadable = async (nameOrPath: string, stacksDir: string, cause: unknown) => {
  if (isPath(nameOrPath))
    return new CutoverError('BAD_STACK', `The stack file ${nameOrPath} cannot be read: ${reasonOf(cause)}`, {
      hint: 'Check the path, or give the name of a stack that `cutover list` shows.',
      cause,
    });
  const files = await readdir(stacksDir).catch(() => []);
  const names = files
    .filter(file => file.endsWith('.yaml'))
    .map(file => basename(file, '.yaml'))
    .sort();
  return new CutoverError('BAD_STACK', `There is no stack named ${nameOrPath} in ${stacksDir}`, {
    hint:
      names.length === 0
        ? 'Give the path of a YAML file.'
        : `Name one of ${names.join(', ')}, or give the path of a YAML file.`,
    cause,
  });
};

const readYaml = (text: string): {value: unknown; mistakes: readonly string[]} => {
  const lines = new LineCounter();
  const document = parseDocument(text, {lineCounter: lines, prettyErrors: false});
  const mistakes = document.errors.map(({message, pos: [offset]}) => {
    const {line, col} = lines.linePos(offset);
    return `${line}:${col} ${message}`;
  });
  return {value: mistakes.length > 0 ? null : document.toJS(), mistakes};
};

/** For example `servers.0.port: Too small: expected number to be >=1`. */
const describeIssue = (issue: z.core.$ZodIssue): string[] => {
  const place = issue.path.length === 0 ? '' : `${issue.path.join('.')}: `;
  const reasons = issue.code === 'invalid_key' ? issue.issues.map(({message}) => message) : [issue.message];
  return reasons.map(
    reason => place + reason.replace(/^Invalid input: (expected \S+), received undefined$/, 'is missing, $1'),
  );
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
