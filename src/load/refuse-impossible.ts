import type {Endpoint} from '../engines/engine.ts';
import {CutoverError} from '../errors.ts';
import type {LoadSpec} from '../schema/suite.ts';

/** Throws BAD_SUITE for a load that has no end or that its mode cannot put on such a server. */
export const refuseImpossible = ({
  load,
  endpoint,
}: {
  readonly load: LoadSpec;
  readonly endpoint: Pick<Endpoint, 'role'>;
}): void => {
  if (load.requests === null && load.durationSeconds === null)
    throw new CutoverError('BAD_SUITE', 'The load has no end: it sets neither requests nor durationSeconds', {
      hint: 'Set one of them.',
    });
  if (load.mode === 'saturate' && endpoint.role === 'chat')
    throw new CutoverError('BAD_SUITE', 'Mode saturate reads whole replies, and chat is streamed', {
      hint: 'Use mode closed for chat.',
    });
};
