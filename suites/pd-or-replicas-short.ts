import type {DecisionPlan} from '../src/schema/plan.ts';
import {pdOrReplicas} from './pd-or-replicas.ts';

/** Requests of a block, three to eight rounds of the 32 slots: prompts are short work, and answers long. */
const requests: Readonly<Record<string, number>> = {
  'in-2048-out-32': 256,
  'in-1024-out-128': 192,
  'in-512-out-512': 96,
  'in-128-out-1024': 96,
};

/** The same question in one sitting of a quarter of an hour on two GPUs, the start of four servers included. */
export const pdOrReplicasShort: DecisionPlan = {
  ...pdOrReplicas,
  name: 'pd-or-replicas-short',
  workloads: pdOrReplicas.workloads.map(planned => ({
    ...planned,
    load: {...planned.load, requests: requests[planned.name] ?? 96},
  })),
};
