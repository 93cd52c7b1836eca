import type {ShardPlace} from '../../../schema/shard.ts';
import type {ContinuousLoadOptions} from '../../continuous/open-load.ts';

/** What one shard is told of a continuous load. It can be written down as JSON; it holds the token and must not be kept. */
export interface ContinuousShard extends Omit<ContinuousLoadOptions, 'journal' | 'place'> {
  readonly place: ShardPlace;
  /** Where it does not hear for so long that whoever began it is there it ends by itself. */
  readonly silentMs: number;
}

/** Whoever began a load says so often that it is there: an API server may be started anew in the meantime. */
export const aliveEveryMs = 5000;
export const silentMs = 60_000;
