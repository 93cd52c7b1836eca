import type {DecidedRun} from './decided-run.ts';

/** The claims that this decision, or one of its two runs, says something to. */
export const touchedClaims = ({decision, records, claims}: DecidedRun): DecidedRun['claims'] => {
  const ids = new Set([decision.decisionId, records.baseline.runId, records.candidate.runId]);
  return claims.filter(({verdict}) => verdict.evidence.some(id => ids.has(id)));
};
