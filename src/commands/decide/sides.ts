import {type EngineName, engines} from '../../engines/index.ts';
import {CutoverError} from '../../errors.ts';
import type {Options} from '../../options.ts';
import {apartFrom} from '../../runtimes/topology/apart.ts';
import type {Arm} from '../../schema/block.ts';
import type {DecisionPlan} from '../../schema/plan.ts';
import {isRouted} from '../../schema/stack-graph.ts';
import {type Choice, chooseWhere, readPlan} from '../bring-up.ts';

/** One side of a decision or a rehearsal, and where it will run. */
export interface Side {
  readonly arm: Arm;
  readonly engine: EngineName;
  /** As if it were measured alone. */
  readonly options: Options;
  readonly choice: Choice;
}

const engineNamed = (name: string): EngineName => {
  if (Object.hasOwn(engines, name)) return name as EngineName;
  throw new CutoverError('BAD_OPTIONS', `The plan names the engine ${name}, which this cutover does not know`, {
    hint: `It knows ${Object.keys(engines).join(', ')}.`,
  });
};

/** A fault asks for the simulated engine, and a simulated engine is compared with no other. */
const runtimeOf = ({runtime, baselineFault, candidateFault}: Options): Options['runtime'] =>
  runtime ?? (baselineFault.length + candidateFault.length > 0 ? 'embedded' : null);

/** Throws what `chooseWhere` throws. */
export const sideOf = async (arm: Arm, plan: Pick<DecisionPlan, Arm>, options: Options): Promise<Side> => {
  const engine = engineNamed(plan[arm].engine);
  const attach = options[`${arm}Attach`];
  const own: Options = {
    ...options,
    engine,
    attach,
    stack: options[`${arm}Stack`],
    model: options[`${arm}Model`],
    python: options[`${arm}Python`],
    fault: options[`${arm}Fault`],
    runtime: attach.length > 0 ? null : runtimeOf(options),
  };
  const choice = await chooseWhere(engines[engine], own);
  // The plan's stack is for where a stack is started: naming it would ask for a GPU.
  const planned = {...own, stack: own.stack ?? plan[arm].stack};
  const starts = choice.plan !== null || (choice.runtime === 'embedded' && planned.stack !== null);
  const read = starts ? await readPlan(engines[engine], planned) : null;
  // One simulated engine stands for plain servers; a topology is what its plan is about, and is simulated as one.
  const launch = choice.plan === null && read?.servers.every(server => !isRouted(server)) ? null : read;
  return {arm, engine, options: planned, choice: {...choice, plan: launch}};
};

/** The candidate with ports that the baseline leaves it, where both are processes of this machine: containers have networks of their own. */
export const besideBaseline = (baseline: Side | null, candidate: Side): Side => {
  const plans = [baseline?.choice, candidate.choice].map(of => (of?.runtime === 'process' ? of.plan : null));
  const [first, second] = plans;
  if (first == null || second == null) return candidate;
  return {...candidate, choice: {...candidate.choice, plan: apartFrom(first, second)}};
};

/** What the user is told of where the sides run. */
export const sidesText = (sides: readonly Side[]): readonly string[] => {
  const named = (side: Side) => `${side.arm} ${side.choice.plan?.name ?? side.engine}`;
  const [first] = sides;
  if (first !== undefined && sides.every(({choice}) => choice.why === first.choice.why))
    return [`${sides.map(named).join(', ')}: runtime ${first.choice.runtime}: ${first.choice.why}`];
  return sides.map(side => `${named(side)}: runtime ${side.choice.runtime}: ${side.choice.why}`);
};
