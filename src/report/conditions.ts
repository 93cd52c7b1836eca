import type {RunRecord} from '../schema/record.ts';
import type {ServerMember} from '../schema/server.ts';
import type {Trial} from '../schema/trial.ts';
import {gpuText, modelsText} from './run-facts.ts';
import {tokenLengthsText} from './token-lengths-text.ts';
import {membersText} from './topology/members.ts';
import {loadText, workloadText} from './trial-text.ts';

/** Something that should be the same in two runs before their numbers are held against each other, and is not. */
export interface Difference {
  readonly condition: string;
  readonly a: string;
  readonly b: string;
}

type Conditions = ReadonlyMap<string, string>;

const told = (condition: string, value: string | number | null): [string, string][] =>
  value === null ? [] : [[condition, String(value)]];

/** What each server was started with that speed and memory go with, as it tells it; by role, since roles may have servers of their own. */
const ofServers = ({servers, stack}: RunRecord['engine']): Conditions =>
  new Map(
    servers.flatMap(({role, facts, command, members}): [string, string][] => [
      ...told(`servers of ${role}`, membersText({members}) ?? 'one alone'),
      ...told(`page size of ${role}, tokens`, facts.pageTokens),
      ...told(`KV pool of ${role}, tokens`, facts.kvTokens),
      ...(members === undefined
        ? told(`arguments of ${role}`, command?.join(' ') ?? null)
        : [...told(`launch plan of ${role}`, stack), ...members.flatMap(ofMember)]),
    ]),
  );

/** The first of each part stands for all of it. A router's words are mostly where the others are: the plan's name tells how it routes. */
const ofMember = (
  {part, command}: ServerMember,
  place: number,
  members: readonly ServerMember[],
): [string, string][] =>
  part === 'router' || members.findIndex(other => other.part === part) < place
    ? []
    : told(`arguments of ${part}`, command?.join(' ') ?? null);

const ofRun = ({evidence, seed, engine, machine, cutover, tokenLengths}: RunRecord): Conditions =>
  new Map([
    ['evidence', evidence],
    ['seed', String(seed)],
    ['token lengths', tokenLengthsText(tokenLengths) ?? 'not told'],
    ['models', modelsText(engine)],
    ['runtime', engine.runtime],
    ['host', machine.hostname],
    ['GPUs', gpuText(machine.gpus).join(', ') || 'none'],
    ['CPU', `${machine.cpu}, ${machine.cores} cores`],
    ['system', `${machine.os}, Node ${machine.node}`],
    [
      'cutover',
      [cutover.version, cutover.gitCommit ?? '', cutover.gitDirty === true ? 'with changes' : ''].join(' ').trim(),
    ],
  ]);

const distinct = (values: readonly string[]) => [...new Set(values)].sort().join(', ');

/** What a suite of one run was sent, over its repetitions. */
const ofSuite = (trials: readonly Trial[]): Conditions =>
  new Map([
    ['workload', distinct(trials.map(({workload}) => workloadText(workload)))],
    ['load', distinct(trials.map(({load}) => loadText(load)))],
    ['load from', distinct(trials.map(({shards}) => (shards === null ? 'one machine' : `${shards.of} shards`)))],
    ['warm-up', distinct(trials.map(({load}) => `${load.warmup} requests`))],
    ['data', distinct(trials.map(({dataHash}) => dataHash.slice(0, 8)))],
    ['cache', distinct(trials.map(({cache}) => `reset ${cache.reset}, canary ${cache.canary}`))],
  ]);

const differences = (a: Conditions, b: Conditions, of = ''): Difference[] =>
  [...a]
    .map(([condition, value]) => ({condition: `${condition}${of}`, a: value, b: b.get(condition) ?? ''}))
    .filter(difference => difference.a !== difference.b);

/** Of those that both records have. */
const shared = (a: Conditions, b: Conditions): Difference[] =>
  differences(new Map([...a].filter(([condition]) => b.has(condition))), b);

/** Every condition in which two runs differ; of the suites, those that both have. */
export const differentConditions = (a: RunRecord, b: RunRecord): readonly Difference[] => {
  const [suitesOfA, suitesOfB] = [a, b].map(({trials}) => Map.groupBy(trials, ({suite}) => suite)) as [
    Map<string, Trial[]>,
    Map<string, Trial[]>,
  ];
  return [
    ...differences(ofRun(a), ofRun(b)),
    ...shared(ofServers(a.engine), ofServers(b.engine)),
    ...[...suitesOfA].flatMap(([suite, trials]) => {
      const others = suitesOfB.get(suite);
      return others === undefined ? [] : differences(ofSuite(trials), ofSuite(others), ` of ${suite}`);
    }),
  ];
};
