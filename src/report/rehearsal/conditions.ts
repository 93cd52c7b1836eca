import {arms} from '../../schema/block.ts';
import type {PodLoad, SideFacts} from '../../schema/rehearsal.ts';
import {cutoverText} from '../command-text.ts';
import {gpuText} from '../run-facts.ts';
import {serverConditions} from '../server-conditions.ts';
import {workloadText} from '../trial-text.ts';
import {msText, percentText, secondsText, strategyText} from './rehearsal-words.ts';
import type {RehearsedRun} from './rehearsed-run.ts';

type Condition = readonly [name: string, text: string | null];

/** What the plan fixed before the first request. */
export const planConditions = ({rehearsal: {plan}}: RehearsedRun): readonly Condition[] => {
  const {watch, limits, load, blocks, strategy} = plan;
  const canary = strategy.kind === 'canary' ? strategy.steps : [];
  return [
    ['strategy', strategyText(strategy)],
    ...canary.map(
      ({share, seconds, maxSeconds}): Condition => [
        `step of ${percentText(share)}`,
        `${seconds} s at least, ${maxSeconds} s at most`,
      ],
    ),
    ...load.map(
      ({name, workload, ratePerSecond}): Condition => [
        `load: ${name}`,
        `${workloadText(workload)}, ${ratePerSecond}/s poisson`,
      ],
    ),
    ['blocks of latency', `${blocks.count} of ${blocks.seconds} s, before and after`],
    ['watched', secondsText(plan.watchSeconds)],
    ['broken: errors', `shown to be above ${percentText(watch.maxErrorShare)} in ${watch.windowSeconds} s`],
    ['broken: latency', `shown to be more than ${percentText(watch.latencyMarginShare)} above the baseline’s`],
    ['broken: hang', `a request without a first byte for ${watch.hangSeconds} s`],
    [
      'broken: answers',
      watch.parityEverySeconds === null ? 'not watched' : `asked every ${watch.parityEverySeconds} s`,
    ],
    [
      'broken: memory',
      watch.memoryMiBPerMinute === null ? 'not watched' : `growth above ${watch.memoryMiBPerMinute} MiB/min`,
    ],
    ['limit: downtime', msText(limits.downtimeMs)],
    [
      'limit: failed, refused',
      `${percentText(limits.failedShare)}, ${percentText(limits.refusedShare)} of the requests`,
    ],
    ['limit: lost, duplicated', 'none, ever'],
    [
      'limit: latency after the rollback',
      `within ${percentText(limits.rollbackMarginShare)}, by TOST at ${percentText(plan.alpha)}`,
    ],
  ];
};

/** `2 pods of registry/cutover-load:1 on node-a, node-b, namespace load-tests; clocks read within 0.4 ms`. */
const podLoadText = ({image, namespace, shards}: PodLoad): string => {
  const nodes = [...new Set(shards.flatMap(({node}) => node ?? []))].toSorted();
  const errors = shards.flatMap(({clocks}) => clocks.map(({errorMs}) => errorMs));
  return [
    `${shards.length} ${shards.length === 1 ? 'pod' : 'pods'} of ${image}`,
    ...(nodes.length === 0 ? [] : [` on ${nodes.join(', ')}`]),
    `, namespace ${namespace}`,
    ...(errors.length === 0 ? [] : [`; clocks read within ${Number(Math.max(...errors).toFixed(2))} ms`]),
  ].join('');
};

const podConditions = ({rehearsal: {podLoads = [], sittings}}: RehearsedRun): readonly Condition[] =>
  podLoads.map(load => [sittings.length === 1 ? 'load from' : `load from, sitting ${load.sitting}`, podLoadText(load)]);

/** The harness, the machine and the code. */
export const runConditions = (run: RehearsedRun): readonly Condition[] => {
  const {rehearsal} = run;
  const {machine, cutover, seed, evidence, startedAt, endedAt, sittings, scenario} = rehearsal;
  return [
    ['evidence', evidence],
    ['scenario', scenario],
    [
      'when',
      `${startedAt} to ${endedAt ?? '(not ended)'}, ${sittings.length} ${sittings.length === 1 ? 'sitting' : 'sittings'}`,
    ],
    ['GPU and driver', gpuText(machine.gpus).join(', ') || null],
    ['machine', `${machine.cpu}, ${machine.cores} cores, ${machine.os}, Node ${machine.node}`],
    ...podConditions(run),
    ['seed', String(seed)],
    ['cutover', cutoverText(cutover)],
  ];
};

/** The ports of another start say nothing of the stack. */
const withoutPorts = (text: string): string =>
  text.replace(/((?:^|\s)--?(?:[\w-]+-)?port[\s=]|127\.0\.0\.1:)\d+/g, '$1…');

/** Each side as it was: what is the same at every look, and at every start, is said once. */
export const sideConditions = ({rehearsal: {sides}}: RehearsedRun): readonly Condition[] =>
  arms.flatMap((arm): Condition[] => {
    const own = sides.filter(side => side.arm === arm);
    const starts = new Set(own.map(({incarnation}) => incarnation)).size;
    const known = new Map<string, Condition>();
    for (const side of own)
      for (const [name, text] of factsOf(side)) {
        const key = `${name} ${withoutPorts(text ?? '')}`;
        if (!known.has(key)) known.set(key, [[arm, name].filter(word => word !== '').join(', '), text]);
      }
    const again: Condition[] = starts > 1 ? [[`${arm}: started`, `${starts} times`]] : [];
    return [...known.values(), ...again];
  });

const factsOf = ({engine, stack, runtime, servers}: SideFacts): readonly Condition[] => [
  ['', [engine, ...(stack === null ? [] : [stack]), runtime].join(', ')],
  ...servers.flatMap(server =>
    serverConditions.flatMap(([what, read]): Condition[] => {
      const value = read(server);
      return value === null ? [] : [[`${server.role}: ${what}`, String(value)]];
    }),
  ),
];
