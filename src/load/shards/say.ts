import {CutoverError, reasonOf} from '../../errors.ts';
import type {ShardWord} from './shard-host.ts';

type WithoutNumber<Word> = Word extends unknown ? Omit<Word, 'number'> : never;
/** Says a word; it gets its number on the way out. */
export type Say = (word: WithoutNumber<ShardWord>) => void;

/** What is thrown in a shard, in a word. */
export const failureOf = (thrown: unknown) =>
  thrown instanceof CutoverError
    ? {code: thrown.code, message: thrown.message, hint: thrown.hint ?? null}
    : {code: null, message: reasonOf(thrown), hint: null};
