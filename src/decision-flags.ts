import {type PlanName, plans} from '../suites/plans.ts';
import {type EngineName, engines} from './engines/index.ts';
import {many, once, withDefault} from './flag.ts';
import {numeric, oneOf, perRole, stackOrigin, text, whole} from './option-values.ts';
import {parseFault} from './simulator/faults.ts';

const engineNames = Object.keys(engines) as EngineName[];
const planNames = Object.keys(plans) as PlanName[];

/** What has two sides. */
const sided = ['decide', 'rehearse'] as const;

/** What is told of one side of a decision; the same words without the side are those of one engine. */
const sideOptions = {
  Engine: (side: string) =>
    once('name', oneOf(engineNames), {on: sided, help: `Engine of the ${side}, in place of the plan's`}),
  Stack: (side: string) =>
    once('name|file', text(`--${side}-stack vllm-tuned`), {
      on: sided,
      help: `Launch plan of the ${side}, in place of the plan's`,
    }),
  Attach: (side: string) =>
    many('[role=]URL', perRole(stackOrigin), {
      on: sided,
      help: `The ${side} serves there already; for all roles, or one of chat, embed, rerank`,
    }),
  Model: (side: string) =>
    many('[role=]name', perRole(text(`--${side}-model chat=Qwen/Qwen2.5-Coder-1.5B-Instruct`)), {
      on: sided,
      help: `Model of the ${side}`,
    }),
  Python: (side: string) =>
    once('path', text(`--${side}-python .venv/bin/python`), {
      on: sided,
      help: `Start the ${side} from the virtual environment with this interpreter`,
    }),
  Fault: (side: string) =>
    many('kind[:key=n,…]', parseFault, {
      on: sided,
      help: `Make the simulated engine of the ${side} misbehave; slow:share=0.08 makes it 8 % slower`,
    }),
};
type SideFlags<Side extends string> = {
  readonly [K in keyof typeof sideOptions as `${Side}${K}`]: ReturnType<(typeof sideOptions)[K]>;
};
const sideFlags = <Side extends 'baseline' | 'candidate'>(side: Side): SideFlags<Side> =>
  Object.fromEntries(
    Object.entries(sideOptions).map(([name, flag]) => [`${side}${name}`, flag(side)]),
  ) as SideFlags<Side>; // the keys are made by the type's own rule, which the compiler cannot follow

/** Of `decide` alone. */
export const decisionFlags = {
  plan: withDefault('name', oneOf(planNames), {
    on: ['decide'],
    help: `What is decided, and by what: ${planNames.join(', ')}`,
    default: 'migration',
  }),
  ...sideFlags('baseline'),
  ...sideFlags('candidate'),
  workload: many('name', text('--workload chat'), {
    on: ['decide'],
    help: 'Only this workload of the plan; answers are required, and what is described is measured, of its servers alone',
  }),
  pairs: once('n', whole({min: 2, max: 1000, example: '--pairs 8'}), {
    on: ['decide'],
    help: "At most so many pairs of blocks, in place of the plan's; looks beyond them are dropped",
  }),
  aaPairs: once('n', whole({min: 2, max: 100, example: '--aa-pairs 3'}), {
    on: ['decide'],
    help: "Pairs of the baseline against itself, which tell the noise, in place of the plan's",
  }),
  budget: once('minutes', numeric({min: 0, above: true, max: 100_000, example: '--budget 25'}), {
    on: ['decide'],
    help: "GPU minutes: the wall time with the stacks up, times the GPUs of the machine. In place of the plan's; what has been measured by then is judged",
  }),
  margin: once('share', numeric({min: 0, above: true, max: 1, example: '--margin 0.05'}), {
    on: ['decide'],
    help: 'How much worse the candidate may be in the primary metric of each workload: 0.05 allows 5 %',
  }),
  resume: once('DIR', text('--resume reports/2026-11-21T1512-decision-k3f9'), {
    on: sided,
    help: 'Go on with a decision that was interrupted, or a rehearsal whose harness was killed, with the options that it was begun with; what was finished is kept. A rehearsal that Ctrl-C ended is over. A decision that its budget ended goes on with a higher --budget',
  }),
  from: once('DIR', text('--from reports/2026-11-21T1512-decision-k3f9'), {
    on: sided,
    help: 'Compute the verdict and the reports of a decision or a rehearsal again from its folder, without any server',
  }),
  baseline: once('run', text('--baseline reports/evidence/2026-11-22-decision'), {
    on: ['decide'],
    help: 'Compare with the baseline of a stored decision, or with a stored run, and measure only the candidate: weaker evidence than a baseline measured beside it',
  }),
} as const;
