import {z} from 'zod';
import {issueSentences} from '../../issue-sentence.ts';
import {shardOutcome} from '../../schema/shard-file.ts';
import type {ShardWord} from './shard-host.ts';

/** A word as a line of a shard's log, without its end. JSON has no infinite numbers, which marks of a load that sent nothing are: they are read again as in shard.json. */
export const wordText = (word: ShardWord): string => JSON.stringify(word);

const said = z.looseObject({number: z.int(), kind: z.string()});
const done = said.extend({kind: z.literal('done'), load: z.int(), outcome: z.unknown()});

/**
 * The word that stands in a line of a shard's log; null for what something else wrote into it, as Node its warnings. One that ends a load
 * with what cannot be read is a word of its failure.
 */
export const readWord = (line: string): ShardWord | null => {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return null;
  }
  if (!said.safeParse(value).success) return null;
  const word = value as ShardWord;
  const {data: end} = done.safeParse(word);
  if (end === undefined) return word;
  const {data: outcome, error} = shardOutcome.safeParse(end.outcome);
  if (error === undefined) return {...end, outcome} as unknown as ShardWord;
  const {number, load} = end;
  const message = `what it came to cannot be read: ${issueSentences(error)}`;
  return {number, kind: 'failed', load, failure: {code: null, message, hint: null}};
};
