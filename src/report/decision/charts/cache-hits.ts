import {type Arm, arms} from '../../../schema/block.ts';
import {sideStyle} from '../../charts/side-style.ts';
import {shownNumber} from '../../number.ts';
import type {DecidedRun} from '../decided-run.ts';
import type {DecisionChart} from './decision-chart.ts';

/** Share of the prompt tokens, in %, that the prefix cache had at each turn; sums over the valid A/B blocks. */
const hitsOf = ({decision, records}: DecidedRun, workload: string, arm: Arm): ReadonlyMap<number, number> => {
  const trials = new Map(records[arm].trials.map(trial => [trial.index, trial]));
  const sums = new Map<number, {prompt: number; cached: number; told: boolean}>();
  for (const block of decision.blocks) {
    if (block.arm !== arm || block.workload !== workload || block.phase !== 'ab' || block.void.length > 0) continue;
    for (const {turn, promptTokens, cachedPromptTokens} of trials.get(block.trial)?.turns ?? []) {
      const {prompt, cached, told} = sums.get(turn) ?? {prompt: 0, cached: 0, told: true};
      sums.set(turn, {
        prompt: prompt + (promptTokens ?? 0),
        cached: cached + (cachedPromptTokens ?? 0),
        // One block that does not tell would pass for one without a hit.
        told: told && promptTokens !== null && cachedPromptTokens !== null,
      });
    }
  }
  return new Map(
    [...sums].flatMap(([turn, {prompt, cached, told}]) =>
      told && prompt > 0 ? [[turn, (cached * 100) / prompt] as const] : [],
    ),
  );
};

const percentText = (percent: number | undefined) => (percent === undefined ? null : `${shownNumber(percent, '%')} %`);

/** For each workload with turns whose servers tell what the cache had. */
export const cacheCharts = (run: DecidedRun): readonly DecisionChart[] =>
  run.decision.plan.workloads.flatMap(({name}): DecisionChart[] => {
    const hits = {baseline: hitsOf(run, name, 'baseline'), candidate: hitsOf(run, name, 'candidate')};
    const turns = [...new Set([...hits.baseline.keys(), ...hits.candidate.keys()])].sort((a, b) => a - b);
    const last = turns.at(-1);
    if (last === undefined) return [];
    const said = arms.flatMap(arm => {
      const percent = percentText(hits[arm].get(last));
      return percent === null ? [] : [`${percent} for the ${arm}`];
    });
    return [
      {
        ...{name: `cache-${name}`, kind: 'cache', workload: name, title: `${name}: prefix-cache hits by turn`},
        description: `Share of the prompt tokens that the prefix cache had, turn by turn, over all valid A/B blocks. At turn ${last} it was ${said.join(' and ')}.`,
        config: {
          heightPx: 300,
          x: {
            ...{text: 'turn of the conversation', type: 'linear', min: (turns[0] ?? 1) - 0.25, max: last + 0.25},
            marks: turns.map(value => ({value, label: String(value)})),
          },
          y: {
            ...{text: 'prompt tokens from the cache (%)', type: 'linear', min: 0, max: 100},
            marks: [0, 25, 50, 75, 100].map(value => ({value, label: String(value)})),
          },
          curves: arms.map(arm => ({
            ...{label: arm, ...sideStyle[arm], width: 2.5},
            points: [...hits[arm]].map(([x, y]) => ({x, y})),
            texts: [...hits[arm]].map(
              ([turn, percent]) => `${arm}, turn ${turn}\n${percentText(percent)} from the cache`,
            ),
          })),
        },
        table: {
          columns: ['turn', ...arms],
          rows: turns.map(turn => [String(turn), ...arms.map(arm => percentText(hits[arm].get(turn)))]),
        },
      },
    ];
  });
