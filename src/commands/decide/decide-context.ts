import type {PlanName} from '../../../suites/plans.ts';
import type {OpenShardsOptions} from '../../load/shards/open-shards.ts';
import type {Options} from '../../options.ts';
import type {DecisionPlan} from '../../schema/plan.ts';
import type {Terminal} from '../../terminal.ts';

export interface DecideContext {
  readonly options: Options;
  /** What --plan takes. */
  readonly plans: Readonly<Record<PlanName, DecisionPlan>>;
  /** The words after `cutover`, for the record. */
  readonly argv: readonly string[];
  readonly version: string;
  readonly terminal: Terminal;
  readonly reportsDir: string;
  /** Aborted with a CutoverError INTERRUPTED by Ctrl-C. */
  readonly interrupted: AbortSignal;
  /** What has the shards of --load-on k8s; pods when absent. */
  readonly openHosts?: OpenShardsOptions['openHosts'];
  /** What those words say: a decision that goes on has the options that it was begun with. */
  readOptions(words: readonly string[]): Options;
}
