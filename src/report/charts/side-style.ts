import type {Arm} from '../../schema/block.ts';
import type {ChartCurve} from './chart-spec.ts';

/** Told apart by more than a colour: the candidate's line is dashed, and its points are triangles. */
export const sideStyle: Readonly<Record<Arm, Pick<ChartCurve, 'colour' | 'dash' | 'mark'>>> = {
  baseline: {colour: 'baseline', dash: [], mark: {style: 'circle', radius: 4}},
  candidate: {colour: 'candidate', dash: [7, 4], mark: {style: 'triangle', radius: 5}},
};
