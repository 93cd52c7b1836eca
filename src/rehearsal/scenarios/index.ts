import type {ScenarioName} from '../../schema/scenario-names.ts';
import {answersWrong} from './answers-wrong.ts';
import {diesUnderLoad} from './dies-under-load.ts';
import {diesWhileLoading} from './dies-while-loading.ts';
import {dockerRestarts} from './docker-restarts.ts';
import {errorsInBursts} from './errors-in-bursts.ts';
import {getsSlow} from './gets-slow.ts';
import {hangs} from './hangs.ts';
import {harnessKilled} from './harness-killed.ts';
import {leaksMemory} from './leaks-memory.ts';
import {networkCut} from './network-cut.ts';
import {none} from './none.ts';
import {runsOutOfMemory} from './runs-out-of-memory.ts';
import type {Scenario} from './scenario.ts';

/** A new scenario is one file, a line here and its name in schema/scenario-names.ts. */
export const scenarios: Readonly<Record<ScenarioName, Scenario>> = {
  none,
  'dies-while-loading': diesWhileLoading,
  'dies-under-load': diesUnderLoad,
  hangs,
  'errors-in-bursts': errorsInBursts,
  'answers-wrong': answersWrong,
  'gets-slow': getsSlow,
  'leaks-memory': leaksMemory,
  'runs-out-of-memory': runsOutOfMemory,
  'docker-restarts': dockerRestarts,
  'network-cut': networkCut,
  'harness-killed': harnessKilled,
};
