import type {DeathSign} from './engine.ts';

/**
 * Why a server died, by its log: the last line that any of `signs` knows, since what went wrong last ended it. Within a
 * line the first sign that matches counts. Null when no line is known.
 */
export const diagnose = (
  lines: readonly string[],
  signs: readonly DeathSign[],
): {reason: string; fix: string; line: string} | null => {
  for (const line of lines.toReversed()) {
    const sign = signs.find(({pattern}) => pattern.test(line));
    if (sign) return {reason: sign.reason, fix: sign.fix, line};
  }
  return null;
};
