import {machineNow} from '../../load/clock.ts';
import type {Scenario} from './scenario.ts';

export const harnessKilled: Scenario = {
  name: 'harness-killed',
  title: 'the harness itself is killed while it watches, and goes on with --resume',
  expects: () => [],
  ...{relay: () => false, takesBaseline: false},
  appliesTo: () => true,
  stage: () => 'watch',
  /** Only says so: the stage ends the process when the event is on the disk. */
  strike: async () => ({atMs: machineNow(), text: 'the harness kills itself, and the service goes on'}),
};
