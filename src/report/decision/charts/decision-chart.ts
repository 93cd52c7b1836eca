import type {DrawnChart} from '../../charts/chart-spec.ts';

export interface DecisionChart extends DrawnChart {
  readonly kind: 'overview' | 'forest' | 'distribution' | 'concurrency' | 'memory' | 'cache' | 'timeline';
  /** The plan's, where the chart is about one. */
  readonly workload: string | null;
}
