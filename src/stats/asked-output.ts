import type {WorkloadSpec} from '../schema/workload.ts';

/** The tokens that every answer of a workload is asked for; null where nobody asks for any, or each request for its own. */
export const askedOutputTokens = (workload: WorkloadSpec): number | null => {
  if (!('outputTokens' in workload) || typeof workload.outputTokens !== 'number') return null;
  // A warming request asks for fewer tokens than the question after it.
  return workload.kind === 'warmed' && workload.warm ? null : workload.outputTokens;
};
