import type {StrategyKind} from '../../schema/rehearsal-plan.ts';
import {blueGreen} from './blue-green.ts';
import {canary} from './canary.ts';
import {restart} from './restart.ts';
import {shadow} from './shadow.ts';
import type {Strategy} from './strategy.ts';

export const strategies: Readonly<Record<StrategyKind, Strategy>> = {
  restart,
  'blue-green': blueGreen,
  canary,
  shadow,
};
