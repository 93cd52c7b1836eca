import type {DecisionPlan} from '../schema/plan.ts';
import type {MachineNoiseName} from './machine-noise.ts';
import {runStretches} from './pool.ts';
import {scenarios as allScenarios, cellOf, type Scenario} from './scenarios.ts';
import type {Stretch} from './stretch.ts';
import {added, emptyTally, type Tally} from './tally.ts';

/** Rates 0…1 of what was said at one true effect. */
export interface CalibrationRow {
  /** Multiple of delta; positive is worse. */
  readonly effect: number;
  readonly decisions: number;
  readonly go: number;
  readonly noGo: number;
  readonly inconclusive: number;
  /** Of those: the margin was below the noise floor, and the effect was not shown to be beyond it. */
  readonly undecidable: number;
  /** Of the two-sided 95 % intervals that are reported at the end, however early that came. */
  readonly coverage: number;
  /** A difference, better or worse, was claimed of some metric. */
  readonly claims: number;
  /** Pairs that were made, A/A not counted. */
  readonly meanPairs: number;
}

export interface CalibrationScenario {
  readonly name: string;
  readonly title: string;
  readonly noise: MachineNoiseName;
  /** The margin, as a share. */
  readonly delta: number;
  readonly rows: readonly CalibrationRow[];
  /** Over all rows. */
  readonly coverage: number;
  /** NO-GO, or a difference claimed, where both sides are the same; of all metrics together. */
  readonly aaFalseAlarms: number;
}

/** What `calibrate --json` prints: the main scenario, then the others. The same seed gives the same bytes. */
export interface Calibration extends Omit<CalibrationScenario, 'name' | 'title'> {
  readonly seed: number;
  readonly plan: string;
  readonly sensitivity: readonly CalibrationScenario[];
}

interface Calibrated {
  readonly plan: DecisionPlan;
  /** Of the main scenario at each effect; the others have a part of it. */
  readonly decisions: number;
  readonly seed: number;
  readonly workers: number;
  readonly signal: AbortSignal;
  /** The main one first. */
  readonly scenarios?: readonly Scenario[];
  onProgress(done: number, of: number): void;
}

/** Decisions that a worker takes at a time. */
const stretchLength = 10;

/** Simulates every scenario on worker threads. What comes out does not depend on how many there are. */
export const calibrate = async ({
  plan,
  decisions,
  seed,
  workers,
  signal,
  onProgress,
  scenarios = allScenarios,
}: Calibrated): Promise<Calibration> => {
  const stretches = scenarios.flatMap(scenario =>
    scenario.effects.flatMap(effect =>
      cut(Math.ceil(decisions / scenario.every)).map(
        ({from, to}): Stretch => ({plan, scenario: scenario.name, effect, seed, from, to}),
      ),
    ),
  );
  const all = stretches.reduce((sum, {from, to}) => sum + to - from, 0);
  const tallies = new Map<string, Tally>();
  let done = 0;
  await runStretches({
    // The slowest decisions first, so that no worker is left with them at the end.
    stretches: stretches.toReversed(),
    workers,
    signal,
    onTally: ({scenario, effect, from, to}, tally) => {
      const key = `${scenario} ${effect}`;
      tallies.set(key, added(tallies.get(key) ?? emptyTally, tally));
      done += to - from;
      onProgress(done, all);
    },
  });
  const [main, ...sensitivity] = scenarios.map(scenario =>
    scenarioOf(plan, scenario, effect => tallies.get(`${scenario.name} ${effect}`) ?? emptyTally),
  );
  if (main === undefined) throw new RangeError('there is no scenario');
  const {delta, rows, coverage, aaFalseAlarms, noise} = main;
  return {delta, rows, coverage, aaFalseAlarms, noise, seed, plan: plan.name, sensitivity};
};

const cut = (decisions: number): readonly {from: number; to: number}[] =>
  Array.from({length: Math.ceil(decisions / stretchLength)}, (_, place) => ({
    from: place * stretchLength,
    to: Math.min(decisions, (place + 1) * stretchLength),
  }));

const scenarioOf = (
  plan: DecisionPlan,
  scenario: Scenario,
  tallyAt: (effect: number) => Tally,
): CalibrationScenario => {
  const {name, title, noise, effects} = scenario;
  const whole = effects.map(tallyAt).reduce(added, emptyTally);
  const same = tallyAt(0);
  return {
    name,
    title,
    noise,
    delta: cellOf(plan, scenario, 0).delta,
    rows: effects.map(effect => rowOf(effect, tallyAt(effect))),
    coverage: whole.covered / whole.decisions,
    aaFalseAlarms: same.alarms / same.decisions,
  };
};

const rowOf = (effect: number, tally: Tally): CalibrationRow => ({
  effect,
  decisions: tally.decisions,
  go: tally.go / tally.decisions,
  noGo: tally.noGo / tally.decisions,
  inconclusive: tally.inconclusive / tally.decisions,
  undecidable: tally.undecidable / tally.decisions,
  coverage: tally.covered / tally.decisions,
  claims: tally.claimed / tally.decisions,
  meanPairs: tally.pairs / tally.decisions,
});
