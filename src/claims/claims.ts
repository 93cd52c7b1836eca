import claimsJson from '../../fixtures/claims.json' with {type: 'json'};
import {type Claim, claim} from '../schema/claim.ts';

/** In the order of the seed documents. */
export const claims: readonly Claim[] = claim.array().parse(claimsJson);
