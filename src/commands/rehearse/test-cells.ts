import {type StageName, stageNames} from '../../schema/rehearsal.ts';
import type {StrategyKind} from '../../schema/rehearsal-plan.ts';
import type {ScenarioName} from '../../schema/scenario-names.ts';

/** `.ci/long` registers every cell, and 20,000 requests; else those that cover, and fewer requests. */
export const long = process.env.CUTOVER_LONG === '1';

export interface Cell {
  readonly strategy: StrategyKind;
  readonly scenario: ScenarioName;
}

/** Where the harness is killed, and what is done then. */
export interface Kill {
  readonly strategy: StrategyKind;
  readonly stage: StageName;
  readonly end: '--resume' | '--abort';
}

/** Docker restarts on an engine of its own: rehearse-docker-restarts. */
const scenarios: readonly ScenarioName[] = [
  ...(['none', 'dies-while-loading', 'dies-under-load', 'hangs', 'errors-in-bursts', 'answers-wrong'] as const),
  ...(['gets-slow', 'leaks-memory', 'runs-out-of-memory', 'network-cut', 'harness-killed'] as const),
];

/**
 * Every scenario, and each strategy with those that are most its own. What finds a fault is the same whatever the strategy; the way to
 * the candidate and back, and who is hurt meanwhile, is the strategy's.
 */
const covering: Readonly<Record<StrategyKind, readonly ScenarioName[]>> = {
  // Its candidate loads while nobody serves; refuses even where nothing goes wrong; must notice a hang with no baseline beside it.
  restart: ['none', 'dies-while-loading', 'hangs'],
  // All requests are at the candidate: the loudest faults, and a harness that dies while both sides are up.
  'blue-green': ['dies-under-load', 'errors-in-bursts', 'runs-out-of-memory', 'harness-killed'],
  // Two steps are promoted where nothing goes wrong; the faults that a share of the requests must show.
  canary: ['none', 'dies-while-loading', 'answers-wrong', 'gets-slow'],
  // Faults that only copies meet: nobody may be hurt by a cut, a death or a leak, nor by a harness that is gone.
  shadow: ['dies-under-load', 'leaks-memory', 'network-cut', 'harness-killed'],
};
const strategies = Object.keys(covering) as StrategyKind[];
const cellsOf = (played: (strategy: StrategyKind) => readonly ScenarioName[]): readonly Cell[] =>
  strategies.flatMap(strategy => played(strategy).map(scenario => ({strategy, scenario})));

export const everyCell = cellsOf(() => scenarios);
export const coveringCells = cellsOf(strategy => covering[strategy]);

const killed = (flag: Kill['end'], strategy: StrategyKind, ...stages: readonly StageName[]): readonly Kill[] =>
  stages.map(stage => ({strategy, stage, end: flag}));

export const everyKill: readonly Kill[] = [
  ...killed('--resume', 'blue-green', ...stageNames),
  ...killed('--resume', 'restart', 'cutover', 'rollback'),
  ...killed('--resume', 'canary', 'cutover'),
  ...killed('--resume', 'shadow', 'watch'),
  ...killed('--abort', 'blue-green', 'candidate-up', 'fault'),
  ...killed('--abort', 'restart', 'cutover'),
];

/** Before the switch, within it, after it, on the way back while nobody serves, and given up once the candidate is broken. */
export const coveringKills: readonly Kill[] = [
  ...killed('--resume', 'blue-green', 'candidate-up'),
  ...killed('--resume', 'canary', 'cutover'),
  ...killed('--resume', 'shadow', 'watch'),
  ...killed('--resume', 'restart', 'rollback'),
  ...killed('--abort', 'blue-green', 'fault'),
];

export const everyRestart: readonly StrategyKind[] = strategies;
/** In which the baseline has the route all the time: its death is the one that must not be taken for the end. */
export const coveringRestarts: readonly StrategyKind[] = ['shadow'];

export const everyManyRequests: readonly StrategyKind[] = ['blue-green', 'canary'];
/** `canary` without a fault is among the covering cells. */
export const coveringManyRequests: readonly StrategyKind[] = ['blue-green'];
