import {access} from 'node:fs/promises';
import {join} from 'node:path';
import {engines} from '../engines/index.ts';
import {routers} from '../engines/routers/index.ts';
import type {Router} from '../engines/routers/router.ts';
import {type StackPlan, stackPlan} from '../schema/stack.ts';
import {badFile, describeIssue, readYamlFile, secretsIn} from './yaml-file.ts';

const kind = {
  noun: 'stack',
  hint: 'The fields are described in src/schema/stack.ts; the files under docker/stacks are examples.',
  more: 'a name with -<prefill>-<decode> or -<replicas> after it is that plan with so many servers (sglang-pd-1-2)',
};

/**
 * A stack plan by its name (the file `<stacksDir>/<name>.yaml`) or by the path of a YAML file. A name that is no file and ends
 * in -P-D or -N is the file without that end, with the ratio P:D or N replicas.
 * Throws BAD_STACK with every mistake at once: the file, the place in it and the reason of each. What concerns several
 * servers together is looked at when each of them is right by itself.
 */
export const readStackFile = async (nameOrPath: string, stacksDir: string): Promise<StackPlan> => {
  const {base, counts} = await countsIn(nameOrPath, stacksDir);
  const {file, value: written} = await readYamlFile(base, stacksDir, kind);
  const isPlan = typeof written === 'object' && written !== null;
  const value = isPlan && counts !== null ? {...written, ...counts, name: nameOrPath} : written;
  const plan = stackPlan.safeParse(value);
  const found = [
    ...unknownEngine(value),
    ...unknownRouters(value),
    ...(plan.success ? [] : plan.error.issues.flatMap(describeIssue)),
    ...secretsIn(value),
  ];
  if (plan.success && found.length === 0) found.push(...flagsGivenTwice(plan.data));
  if (!plan.success || found.length > 0) throw badFile(file, counts === null ? kind : countedKind(base, counts), found);
  return plan.data;
};

type Counts = {readonly ratio: string} | {readonly replicas: number};

/** Whoever wrote sglang-pd-1 may have meant another plan, and has not seen the file's field of which the mistake is. */
const countedKind = (base: string, counts: Counts) => ({
  ...kind,
  hint: `The name was read as ${base} with ${'ratio' in counts ? `ratio ${counts.ratio}` : `replicas ${counts.replicas}`}. -<prefill>-<decode> goes with a plan of prefill and decode servers, -<replicas> with one of replicas, and ${base} alone is the plan as it is.`,
});

/** Of a name that ends in numbers; a file of the whole name comes first. */
const countsIn = async (name: string, folder: string): Promise<{base: string; counts: Counts | null}> => {
  const isFile = (base: string) => access(join(folder, `${base}.yaml`)).then(...yesOrNo);
  const [, pair = '', prefill, decode] = /^([\w.-]+?)-(\d+)-(\d+)$/.exec(name) ?? [];
  const [, single = '', replicas] = /^([\w.-]+)-(\d+)$/.exec(name) ?? [];
  if (single === '' || (await isFile(name))) return {base: name, counts: null};
  if (pair !== '' && (await isFile(pair))) return {base: pair, counts: {ratio: `${prefill}:${decode}`}};
  if (await isFile(single)) return {base: single, counts: {replicas: Number(replicas)}};
  return {base: name, counts: null};
};

const yesOrNo = [() => true, () => false] as const;

const field = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;

/** Found beside the schema's mistakes, so that a wrong name does not hide them or they it. */
const unknownEngine = (value: unknown): string[] => {
  const name = field(value, 'engine');
  if (typeof name !== 'string' || name === '') return []; // the schema says that
  const startable = Object.values(engines)
    .filter(({launch}) => launch !== null)
    .map(engine => engine.name);
  return startable.includes(name)
    ? []
    : [`engine: ${name} is not an engine that cutover can start; those are ${startable.join(', ')}`];
};

const unknownRouters = (value: unknown): string[] => {
  const servers = field(value, 'servers');
  const known = Object.values<Router>(routers).map(({name}) => name);
  return (Array.isArray(servers) ? servers : []).flatMap((server, index) => {
    const program = field(server, 'program');
    return typeof program !== 'string' || known.includes(program)
      ? []
      : [`servers.${index}.program: ${program} is not a router that cutover can start; those are ${known.join(', ')}`];
  });
};

/** Model, host and port have fields of their own: a second one among the arguments would win or lose by accident. */
const flagsGivenTwice = ({engine, servers}: StackPlan): string[] => {
  const launch = Object.values(engines).find(({name}) => name === engine)?.launch;
  return servers.flatMap((server, index) => {
    const router = Object.values<Router>(routers).find(({name}) => name === server.program);
    const words = router?.arguments(server, '127.0.0.1', []) ?? launch?.arguments(server, '127.0.0.1') ?? [];
    return Object.keys(server.arguments)
      .filter(flag => words.indexOf(`--${flag}`) !== words.lastIndexOf(`--${flag}`))
      .map(flag => `servers.${index}.arguments.${flag}: is set by cutover; leave it out`);
  });
};
