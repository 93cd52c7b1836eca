import type {Arm} from '../../../schema/block.ts';
import {engineText} from '../../run-facts.ts';
import type {DecidedRun} from '../decided-run.ts';
import type {ChartCurve} from './decision-chart.ts';

/** Told apart by more than a colour: the candidate's line is dashed, and its points are triangles. */
export const sideStyle: Readonly<Record<Arm, Pick<ChartCurve, 'colour' | 'dash' | 'mark'>>> = {
  baseline: {colour: 'baseline', dash: [], mark: {style: 'circle', radius: 4}},
  candidate: {colour: 'candidate', dash: [7, 4], mark: {style: 'triangle', radius: 5}},
};

/** `vLLM 0.26.0 (vllm-tuned)`. */
export const sideText = ({records}: DecidedRun, arm: Arm): string => {
  const {engine} = records[arm];
  return `${engineText(engine)}${engine.stack === null ? '' : ` (${engine.stack})`}`;
};
