import type {Measured} from './measure.ts';
import {cpuPerMillion, type Outcome} from './outcome.ts';
import type {ProgramName, ProgramRun} from './program-run.ts';
import {agreement} from './scenarios.ts';

/** Everything that one run of the benchmark found. */
export interface Results {
  readonly measured: readonly Measured[];
  readonly programs: readonly ProgramRun[];
}

/** What a figure's median, without its sign, may be. */
export type Goal = {readonly most: number} | {readonly least: number} | null;

interface Figure<Of> {
  readonly goal: Goal;
  read(of: Of): number | null;
}

/** One line of the table: one or two figures of one scenario, or of the whole program. */
export type Row = {
  readonly title: string;
  /** The goal in the words. */
  readonly goalText: string;
  /** As measured on such a machine, in the order of `rivalNames`; '' where not measured. */
  readonly rivals: readonly [string, string, string, string, string, string];
} & (
  | {readonly scenario: string; readonly figures: readonly Figure<Outcome>[]}
  | {readonly scenario: null; readonly program: ProgramName; readonly figures: readonly Figure<ProgramRun>[]}
);

/** Who was measured for issue 4: medians of three runs, one core for the client and one for the mock server. */
export const rivalNames = ['vllm bench serve', 'sglang bench_serving', 'guidellm', 'aiperf', 'oha', 'prototype'];

const none = ['', '', '', '', '', ''] as const;

const ttft = (scenario: string, most: readonly [number, number], rivals: Row['rivals']): Row => ({
  title: `TTFT error p50 / p99, ${scenario}, ms`,
  goalText: `≤ ${most[0]} / ${most[1]}`,
  rivals,
  scenario,
  figures: [
    {goal: {most: most[0]}, read: ({accuracy}) => accuracy?.ttft.p50 ?? null},
    {goal: {most: most[1]}, read: ({accuracy}) => accuracy?.ttft.p99 ?? null},
  ],
});

const cpu = (scenario: string, most: number, rivals: Row['rivals'] = none): Row => ({
  title: `CPU seconds per million events, ${scenario}`,
  goalText: `≤ ${most}`,
  rivals,
  scenario,
  figures: [{goal: {most}, read: cpuPerMillion}],
});

/** What the load itself cost: a start is the same for a thousand events and for ten million. */
const cpuOfLoad = (scenario: string): Row => ({
  title: `the same without the start of the process, ${scenario}`,
  goalText: '',
  rivals: none,
  scenario,
  figures: [
    {
      goal: null,
      read: ({cpuSeconds, startCpuSeconds, events}) =>
        cpuPerMillion({cpuSeconds: cpuSeconds - startCpuSeconds, events}),
    },
  ],
});

const eventRate = (scenario: string, least: number, rivals: Row['rivals']): Row => ({
  title: `events/s, ${scenario}`,
  goalText: `≥ ${least.toLocaleString('en')}`,
  rivals,
  scenario,
  figures: [{goal: {least}, read: ({eventsPerSecond}) => eventsPerSecond}],
});

const held = (scenario: string, least: number, rivals: Row['rivals'] = none): Row => ({
  title: `streams held, ${scenario}`,
  goalText: `${least}`,
  rivals,
  scenario,
  figures: [{goal: {least}, read: ({streamsHeld}) => streamsHeld}],
});

const ttftEach = (scenario: string): Row => ({
  title: `TTFT error of single requests p50 / p99, ${scenario}, ms`,
  goalText: '',
  rivals: none,
  scenario,
  figures: [
    {goal: null, read: ({accuracy}) => accuracy?.ttftEach.p50 ?? null},
    {goal: null, read: ({accuracy}) => accuracy?.ttftEach.p99 ?? null},
  ],
});

export const rows: readonly Row[] = [
  ttft('32 streams', [0.3, 1], ['5.5 / 13', '5.2 / 9.4', '3.5 / 13', '11 / 44', '', '0.3 / 0.9']),
  ttft('128 streams', [0.5, 2.5], ['20 / 50', '14 / 33', '30 / 72', '43 / 210', '', '0.2 / 2.4']),
  ttft('128 streams, lognormal', [0.2, 0.3], ['8 / 22', '4.6 / 6.1', '25 / 28', '43 / 104', '', '0.2 / 0.1']),
  ttft('512 streams', [2, 8], ['154 / 239', '146 / 363', '29 / 129', '99 / 1027', '', '0.3…5.6 / 8']),
  ttftEach('512 streams'),
  held('512 streams', 512, ['', '', '53', '', '', '']),
  {
    title: 'gap between tokens, p99 error, 512 streams, ms',
    goalText: '≤ 0.5',
    rivals: ['16', '27', 'none', '144', '', '0.4'],
    scenario: '512 streams',
    figures: [{goal: {most: 0.5}, read: ({accuracy}) => accuracy?.itl.p99 ?? null}],
  },
  {
    title: 'E2E p99 error, 512 streams, ms',
    goalText: '≤ 8',
    rivals: ['286', '384', '158', '651', '45', '9'],
    scenario: '512 streams',
    figures: [{goal: {most: 8}, read: ({accuracy}) => accuracy?.e2e.p99 ?? null}],
  },
  eventRate('512 streams', 48_000, ['39,600', '35,900', '5,000', '15,100', '', '47,800 of 48,200']),
  eventRate('1000 streams', 94_000, ['', '', '', '', '92,400', '']),
  held('1000 streams', 1000),
  held('10,000 streams', 10_000),
  ttftEach('10,000 streams'),
  cpu('128 streams', 6, ['24', '27', '195', '65', '6', '6.1']),
  cpu('512 streams', 6),
  cpuOfLoad('512 streams'),
  cpu('1000 streams', 6),
  cpuOfLoad('1000 streams'),
  cpu('null', 2, ['11', '14', '164', '72', '2.4', '2.0']),
  cpuOfLoad('null'),
  eventRate('null', 300_000, ['90,600', '', '', '', '412,000', '322,000']),
  cpu('null, token by token', 2),
  eventRate('null, token by token', 300_000, none),
  {
    title: 'embeddings 32×768, requests/s',
    goalText: '≥ 10,000',
    rivals: ['382', '', '207', '112', '12,578 unparsed', '11,900 checked, 873 parsed'],
    scenario: 'embed',
    figures: [{goal: {least: 10_000}, read: ({requestsPerSecond}) => requestsPerSecond}],
  },
  ...[agreement.ours, agreement.autocannon].map(
    (scenario): Row => ({
      title: `${scenario}, requests/s`,
      goalText: 'within 5 % of one another',
      rivals: none,
      scenario,
      figures: [{goal: null, read: ({requestsPerSecond}) => requestsPerSecond}],
    }),
  ),
  {
    title: 'stalling server, at most 4 in flight: latency from schedule, error p50 / p90, ms',
    goalText: '± 2',
    rivals: ['hides the wait (p90 30 for 764)', 'hides', 'table hides', 'hides, falls behind', '', ''],
    scenario: 'stalling server',
    figures: [
      {goal: {most: 2}, read: ({schedule}) => schedule && schedule.told.p50 - schedule.real.p50},
      {goal: {most: 2}, read: ({schedule}) => schedule && schedule.told.p90 - schedule.real.p90},
    ],
  },
  {
    title: 'the same: true p90 from schedule / lag of the last send, ms',
    goalText: 'rate caught up',
    rivals: none,
    scenario: 'stalling server',
    figures: [
      {goal: null, read: ({schedule}) => schedule?.real.p90 ?? null},
      {goal: {most: 2}, read: ({schedule}) => schedule?.lastLagMs ?? null},
    ],
  },
  {
    title: 'open loop send lag p50 / p99 at 2,000 requests/s, ms',
    goalText: '≤ 0.1 / 0.6',
    rivals: ['', '', '', '', '', '0.0 / 0.6'],
    scenario: 'open loop',
    figures: [
      {goal: {most: 0.1}, read: ({sendLag}) => sendLag?.p50 ?? null},
      {goal: {most: 0.6}, read: ({sendLag}) => sendLag?.p99 ?? null},
    ],
  },
  {
    title: 'peak memory of the whole program, 512 streams, MB',
    goalText: '≤ 120',
    rivals: ['1256', '1046', '1642', '977', '41', '67'],
    scenario: null,
    program: '512 streams',
    figures: [{goal: {most: 120}, read: ({peakMemoryMb}) => peakMemoryMb}],
  },
  {
    title: 'the same, ten million tokens, MB',
    goalText: 'flat',
    rivals: none,
    scenario: null,
    program: 'ten million tokens',
    figures: [{goal: null, read: ({peakMemoryMb}) => peakMemoryMb}],
  },
  {
    title: 'peak memory of the load client alone, 512 streams, MB',
    goalText: '',
    rivals: none,
    scenario: '512 streams',
    figures: [{goal: null, read: ({peakMemoryMb}) => peakMemoryMb}],
  },
  {
    title: 'start to first request, npm included, s',
    goalText: '≤ 0.8',
    rivals: ['13', '6.8', '9.5', '8.3', '0.1', '0.1'],
    scenario: null,
    program: '512 streams',
    figures: [{goal: {most: 0.8}, read: ({startSeconds}) => startSeconds}],
  },
];
