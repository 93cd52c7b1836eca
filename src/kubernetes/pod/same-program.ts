import {CutoverError} from '../../errors.ts';
import type {ProgramVersion} from '../../load/shards/program-version.ts';

const text = ({version, sources}: ProgramVersion): string => `cutover ${version} (sources ${sources})`;

/** Throws SHARDS_DID_NOT_START where a pod's program is of another cutover, whose orders, words and samples may be others. */
export const refuseOtherProgram = (said: ProgramVersion | undefined, own: ProgramVersion): void => {
  if (said?.version === own.version && said.sources === own.sources) return;
  const theirs = said === undefined ? 'a cutover that does not tell its version yet' : text(said);
  throw new CutoverError('SHARDS_DID_NOT_START', `its image has ${theirs}, and this is ${text(own)}`, {
    hint: 'Build the image anew with npm run load-image, push it under the name with the hash, and give that one to --load-image; or run the cutover that the image was built from.',
  });
};
