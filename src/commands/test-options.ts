import type {WorkloadOptions} from './workload-with.ts';

/** What workloads are told where the command line says nothing of them. */
export const noWorkloadOptions: WorkloadOptions = {
  promptTokens: null,
  outputTokens: null,
  batch: null,
  sharedPrefix: null,
  contexts: null,
  turns: null,
  thinkSeconds: null,
  branches: null,
};
