import type {LoadOutcome} from './join-parts.ts';
import {joinParts} from './join-parts.ts';
import {type PartOptions, preparePart} from './part.ts';
import {type LoadProgress, ProgressReport} from './progress.ts';
import {refuseImpossible} from './refuse-impossible.ts';
import {SharedCounts} from './shared-counts.ts';

export interface HereOptions extends Omit<PartOptions, 'part' | 'shared'> {
  /** At most four times a second, and at the end. */
  onProgress?: ((progress: LoadProgress) => void) | undefined;
}

/**
 * Puts a load on the server from this thread: warms it up and measures. Failed requests are samples; what is thrown is a
 * load that cannot be run (BAD_SUITE), or what the callbacks and the session sources throw.
 */
export const runHere = async ({onProgress, ...options}: HereOptions): Promise<LoadOutcome> => {
  refuseImpossible(options);
  const shared = new SharedCounts();
  using _report = onProgress && new ProgressReport({shared, load: options.load, onProgress});
  await using part = await preparePart({...options, part: {index: 0, of: 1}, shared});
  return joinParts([await part.run()], {...options, shared});
};
