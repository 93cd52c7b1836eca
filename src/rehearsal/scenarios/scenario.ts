import type {Keeper} from '../../keeper/client.ts';
import type {StageName, WatchSignal} from '../../schema/rehearsal.ts';
import type {StrategyKind} from '../../schema/rehearsal-plan.ts';
import type {ScenarioName} from '../../schema/scenario-names.ts';
import type {RehearsalRun} from '../rehearsal-run.ts';

/** What a scenario strikes with. */
interface StrikeContext {
  /** Of the candidate. */
  readonly keeper: Keeper;
  readonly run: RehearsalRun;
}

/** What was done, and when by the machine's clock. */
interface Struck {
  readonly atMs: number;
  readonly text: string;
}

/** A fault with a name: one file each. */
export interface Scenario {
  readonly name: ScenarioName;
  /** For people: what goes wrong, in a few words. */
  readonly title: string;
  /** Which signals of the watch may find it, the most likely first, where the candidate has that runtime; none where nothing is to be found. */
  expects(runtime: string): readonly WatchSignal[];
  /** Whether both sides are behind a relay that it turns, where the candidate has that runtime. */
  relay(runtime: string): boolean;
  /** Whether the baseline goes down as well. */
  readonly takesBaseline: boolean;
  /** True, or why it makes no sense there. */
  appliesTo(strategy: StrategyKind, runtime: string, options: {dockerRestartCommand: string | null}): true | string;
  /** In which stage it strikes; null for none. */
  stage(strategy: StrategyKind): StageName | null;
  strike(context: StrikeContext): Promise<Struck>;
  /** Takes back what would keep the candidate from being stopped. Absent where nothing does. */
  lift?(context: StrikeContext): Promise<Struck>;
}

/** What most scenarios have in common: they strike a candidate that has the load, and leave the baseline alone. */
export const underLoad = {
  relay: () => false,
  takesBaseline: false,
  stage: () => 'fault',
} as const satisfies Partial<Scenario>;

/** A server that somebody else runs cannot be harmed from here. */
export const needsOwnServer = (runtime: string): true | string =>
  runtime !== 'attach' ||
  'a candidate that is attached to is no process of cutover. Leave --candidate-attach out, and cutover starts it';
