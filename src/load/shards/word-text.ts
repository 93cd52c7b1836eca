import type {ShardWord} from './shard-host.ts';

const endless = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
const endlessTexts = endless.map(String);

/** A word as a line of a shard's log, without its end. JSON has no infinite numbers, and marks of a load that sent nothing are: they are texts here. */
export const wordText = (word: ShardWord): string =>
  JSON.stringify(word, (_, value: unknown) =>
    typeof value === 'number' && endless.includes(value) ? String(value) : value,
  );

/** The word that stands in a line of a shard's log; null for what something else wrote into it, as Node its warnings. */
export const readWord = (line: string): ShardWord | null => {
  try {
    const word: unknown = JSON.parse(line, (_, value: unknown) =>
      typeof value === 'string' && endlessTexts.includes(value) ? Number(value) : value,
    );
    return typeof word === 'object' && word !== null && 'number' in word && 'kind' in word ? (word as ShardWord) : null;
  } catch {
    return null;
  }
};
