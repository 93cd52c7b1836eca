import type {Arm} from '../../schema/block.ts';
import type {Rehearsal} from '../../schema/rehearsal.ts';
import type {StrategySpec} from '../../schema/rehearsal-plan.ts';
import type {Accounting, RehearsalCheck, RehearsalVerdict} from '../../schema/rehearsal-verdict.ts';
import {shownNumber} from '../number.ts';
import type {RehearsedRun} from './rehearsed-run.ts';

/** `20,000`: counts of this size are compared by eye. */
export const countText = (count: number): string => String(count).replace(/\B(?=(?:\d{3})+$)/g, ',');

/** `20,000 sent = 19,998 served + 2 refused + 0 failed + 0 lost, 0 duplicated`. */
export const accountingText = ({sent, served, refused, failed, lost, duplicated}: Accounting): string =>
  `${countText(sent)} sent = ${countText(served)} served + ${countText(refused)} refused + ${countText(failed)} failed + ${countText(lost)} lost, ${countText(duplicated)} duplicated`;

/** Three digits, and none that say nothing: limits are whole numbers, and a downtime of 0 is exact. */
const threeDigits = (value: number): string => String(Number(value.toPrecision(value >= 1000 ? 15 : 3)));

/** Below a second in milliseconds: 0.01 s would be one digit. */
export const secondsText = (seconds: number | null): string | null => {
  if (seconds === null) return null;
  return seconds > 0 && seconds < 1 ? `${Math.round(seconds * 1000)} ms` : `${threeDigits(seconds)} s`;
};
export const msText = (ms: number | null): string | null =>
  ms === null ? null : `${threeDigits(ms >= 1000 ? Math.round(ms) : ms)} ms`;
export const gibText = (mib: number | null): string | null =>
  mib === null ? null : `${shownNumber(mib / 1024, 'GiB')} GiB`;
export const percentText = (share: number): string => `${shownNumber(share * 100, '%')} %`;

/** Milliseconds of the journal's clock, as seconds since the start of the rehearsal. */
export const sinceStart = ({originMs}: Rehearsal, atMs: number): number => (atMs - originMs) / 1000;
/** `131.0 s`, always with a tenth, so that times stand below one another. */
export const clockText = (seconds: number): string => `${seconds.toFixed(1)} s`;

/** `vllm 0.26.0 (vllm-tuned)`, as it last ran; by the plan where it never did. */
export const sideText = ({plan, sides}: Rehearsal, arm: Arm): string => {
  const {engine, stack, servers = []} = sides.findLast(side => side.arm === arm) ?? {...plan[arm], servers: []};
  const version = servers.find(({facts}) => facts.version !== null)?.facts.version ?? null;
  return `${engine}${version === null ? '' : ` ${version}`}${stack === null ? '' : ` (${stack})`}`;
};

const ofRequests = (share: number) => `${percentText(share)} of the requests`;

export const strategyText = (strategy: StrategySpec): string => {
  switch (strategy.kind) {
    case 'restart':
      return 'restart: stop the baseline, start the candidate in its place';
    case 'blue-green':
      return 'blue-green: both up, all requests turned over at once';
    case 'canary':
      return `canary: ${strategy.steps.map(({share}) => percentText(share)).join(', ')}, then all`;
    case 'shadow':
      return `shadow: the baseline answers, copies of ${ofRequests(strategy.share)} go to the candidate`;
  }
};

/** `blue-green, dies-under-load`. */
export const rehearsedText = ({plan, scenario}: Rehearsal): string =>
  `${plan.strategy.kind}, ${scenario === 'none' ? 'no fault' : scenario}`;

export interface Timing {
  readonly what: string;
  /** From where to where. */
  readonly meaning: string;
  readonly value: string | null;
  /** Null: the plan has none. */
  readonly limit: string | null;
  /** Which check says whether it was kept; null where there is none. */
  readonly check: RehearsalCheck | null;
}

type Times = RehearsalVerdict['times'];

/** `121 ms of chat to within 27 ms (42 ms of all kinds)`: one kind can be down while the others are served. */
const downtimeText = (overallMs: number | null, worst: Times['worstDowntimes']['cutover']): string | null => {
  if (worst === null || overallMs === null) return msText(overallMs);
  const {role, downtimeMs, resolutionMs} = worst;
  const fine = resolutionMs === null ? '' : ` to within ${Math.ceil(resolutionMs)} ms`;
  if (downtimeMs === 0) return `0 ms${fine}`;
  const overall = overallMs === downtimeMs ? '' : ` (${msText(Math.round(overallMs))} of all kinds)`;
  return `${msText(Math.round(downtimeMs))} of ${role}${fine}${overall}`;
};

/** `chat 121 ms`: the kinds that were down, the longest first; null where none was. */
export const downByKind = (byRole: RehearsalVerdict['stages'][number]['downtimeByRoleMs']): string | null =>
  Object.entries(byRole)
    .filter(([, ms]) => ms > 0)
    .sort(([, a], [, b]) => b - a)
    .map(([role, ms]) => `${role} ${msText(Math.round(ms))}`)
    .join(', ') || null;

const placeText = ({stage, target, struck, code}: RehearsalVerdict['unserved'][number]): string =>
  [
    stage === null ? 'sent before the first stage' : `sent in ${stage}`,
    ...(struck === 'in-flight' ? ['on the way at the candidate when the fault struck'] : []),
    ...(struck === 'asked-after' ? ['asked of the candidate after the fault struck'] : []),
    ...(struck === null ? [target === null ? 'nobody was asked' : `asked of the ${target}`] : []),
    ...(code === null ? [] : [code]),
  ].join(', ');

/** What was not served, and where it belongs: `11 chat failed` and `sent in fault, on the way at the candidate when the fault struck`. */
export const unservedTexts = ({
  verdict: {unserved},
}: Pick<RehearsedRun, 'verdict'>): readonly {readonly what: string; readonly where: string}[] =>
  unserved
    .toSorted((a, b) => b.count - a.count)
    .map(row => ({what: `${countText(row.count)} ${row.role} ${row.outcome}`, where: placeText(row)}));

/** What the rehearsal took, beside what the plan allows. */
export const timings = ({rehearsal: {plan}, verdict: {times, checks}}: RehearsedRun): readonly Timing[] => {
  const checkOf = (of: RehearsalCheck['of'], code: string) =>
    checks.find(check => check.of === of && check.code === code) ?? null;
  const {limits} = plan;
  const {cutover, fault, rollback} = times.worstDowntimes;
  const stretch = 'from the first request that was not served to the next served one of its kind';
  return [
    {
      ...{what: 'Detected after', meaning: 'from the fault to the decision to go back'},
      ...{value: secondsText(times.detectSeconds), limit: secondsText(limits.detectSeconds)},
      check: checkOf('rollback', 'detected'),
    },
    {
      ...{what: 'Rolled back after', meaning: 'from the decision to go back until the baseline had all requests'},
      ...{value: secondsText(times.rollbackSeconds), limit: secondsText(limits.rollbackSeconds)},
      check: checkOf('rollback', 'rollback-time'),
    },
    {
      ...{what: 'Recovered after', meaning: 'from there to latency within the plan’s margin'},
      ...{value: secondsText(times.recoverSeconds), limit: secondsText(limits.recoverSeconds)},
      check: checkOf('rollback', 'recover-time'),
    },
    {
      ...{what: 'Downtime of the cutover', meaning: stretch},
      ...{value: downtimeText(times.cutoverDowntimeMs, cutover), limit: msText(limits.downtimeMs)},
      check: checkOf('migration', 'downtime'),
    },
    {
      ...{what: 'Downtime of the fault', meaning: `${stretch}, from the first one that the fault broke`},
      ...{value: downtimeText(times.faultDowntimeMs, fault), limit: null},
      check: null,
    },
    {
      ...{what: 'Downtime of the rollback', meaning: stretch},
      ...{value: downtimeText(times.rollbackDowntimeMs, rollback), limit: msText(limits.downtimeMs)},
      check: checkOf('rollback', 'downtime'),
    },
  ];
};

/** Checks that the times do not tell already: what is not kept there is said with its reason, too. */
export const otherChecks = (run: RehearsedRun): readonly RehearsalCheck[] => {
  const told = timings(run).flatMap(({value, check}) => (value !== null && check?.outcome === 'pass' ? [check] : []));
  return run.verdict.checks.filter(check => !told.includes(check));
};

/** `chat answers differ (not required by the plan): 1 of 8 …`: no part of the verdict, and not to be overlooked. */
export const differingTexts = ({rehearsal: {answers, plan}}: RehearsedRun): readonly string[] => [
  ...new Map(
    answers
      .filter(({when}) => when !== 'after')
      .flatMap(({roles}) => roles)
      .filter(({role, outcome}) => outcome === 'differs' && !plan.answers.required.includes(role))
      .map(({role, detail}) => [role, `${role} answers differ (not required by the plan): ${detail}`]),
  ).values(),
];

/** What `--from` takes: the folder that was asked for, else the id, which is found where rehearsals are kept. */
export const folderOf = ({rehearsalId, command}: Rehearsal): string => {
  const at = command.indexOf('--out');
  const given = at < 0 ? command.find(word => word.startsWith('--out='))?.slice('--out='.length) : command[at + 1];
  return given ?? rehearsalId;
};

/** The two verdicts, in the order in which they are told. */
export const verdictParts = ({migration, rollback}: RehearsalVerdict) =>
  [
    {part: 'migration', title: 'Migration', ended: migration},
    {part: 'rollback', title: 'Rollback', ended: rollback},
  ] as const;

/** `1.004 [0.986, 1.022]`. */
export const ratioText = ({ratio, low, high}: RehearsalVerdict['equivalence'][number]): string =>
  `${ratio.toFixed(3)} [${low.toFixed(3)}, ${high.toFixed(3)}]`;
/** `0.909 to 1.100 (10 %)`: where the whole interval must lie. */
export const marginText = ({marginShare}: RehearsalVerdict['equivalence'][number]): string =>
  `${(1 / (1 + marginShare)).toFixed(3)} to ${(1 + marginShare).toFixed(3)} (${percentText(marginShare)})`;
