import type {Claim, ClaimVerdict} from '../schema/claim.ts';
import {claims} from './claims.ts';
import {type Evidence, realOnly} from './evidence.ts';
import {rules} from './rules.ts';

/** What real evidence says to every claim, in the order of the claims. Simulated evidence is left out before any rule sees it. */
export const ledger = (evidence: Evidence): readonly {readonly claim: Claim; readonly verdict: ClaimVerdict}[] => {
  const real = realOnly(evidence);
  return claims.map(claim => {
    const rule = rules[claim.id];
    if (rule === undefined) throw new TypeError(`there is no rule for the claim ${claim.id}`);
    return {claim, verdict: {id: claim.id, ...rule(claim, real)}};
  });
};
