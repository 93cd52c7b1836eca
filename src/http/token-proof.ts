import {createHmac} from 'node:crypto';

/** The header of GET /health by which a gateway shows its caller that it knows the token. */
export const tokenProofHeader = 'x-cutover-token-proof';

/** What only who knows the token can say; a server that takes any token cannot, and nobody can tell the token by it. */
export const tokenProof = (token: string): string =>
  createHmac('sha256', token).update('cutover gateway').digest('base64url');
