import {cutoverText} from '../command-text.ts';
import {gpuText} from '../run-facts.ts';
import {serverConditions} from '../server-conditions.ts';
import {workloadText} from '../trial-text.ts';
import {clockText, msText, percentText, secondsText, sinceStart, strategyText} from './rehearsal-words.ts';
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

/** The harness, the machine and the code. */
export const runConditions = ({rehearsal}: RehearsedRun): readonly Condition[] => {
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
    ['seed', String(seed)],
    ['cutover', cutoverText(cutover)],
  ];
};

/** Each side as it was each time that it was looked at. */
export const sideConditions = ({rehearsal}: RehearsedRun): readonly Condition[] =>
  rehearsal.sides.flatMap(({arm, incarnation, atMs, engine, stack, runtime, servers}): Condition[] => {
    const name = `${arm} ${incarnation} at ${clockText(sinceStart(rehearsal, atMs))}`;
    return [
      [name, [engine, ...(stack === null ? [] : [stack]), runtime].join(', ')],
      ...servers.flatMap(server =>
        serverConditions.flatMap(([what, read]): Condition[] => {
          const value = read(server);
          return value === null ? [] : [[`${name}, ${server.role}: ${what}`, String(value)]];
        }),
      ),
    ];
  });
