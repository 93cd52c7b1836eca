import {CutoverError} from '../../errors.ts';

/**
 * A shard whose program has ended, or that says itself that it failed: what it had kept is gone for good. One that is lost in any other way
 * may only be out of reach.
 */
export class ShardGone extends CutoverError {}
