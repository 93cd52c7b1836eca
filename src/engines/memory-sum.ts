import type {StackServer} from '../schema/stack.ts';

/** A flag's number; null where it is absent or none. `25k` is 25,000 and `25K` 25,600, as vLLM reads them. */
export const numberFlag = ({arguments: flags}: StackServer, flag: string): number | null => {
  const found = /^(-?[\d.]+)([kKmMgG]?)$/.exec(String(flags[flag] ?? ''));
  const number = Number(found?.[1]) * unitOf(found?.[2] ?? '');
  return Number.isFinite(number) ? number : null;
};

const unitOf = (letter: string): number => {
  const power = 'kmg'.indexOf(letter.toLowerCase()) + 1;
  if (letter === '') return 1;
  return (letter === letter.toLowerCase() ? 1000 : 1024) ** power;
};

/** Whether several cards share the work: then no sum for one card holds. */
export const isParallel = (server: StackServer, flags: readonly string[]): boolean =>
  flags.some(flag => (numberFlag(server, flag) ?? 1) > 1);

export const bytesPerGiB = 2 ** 30;

export const gib = (number: number): string => number.toFixed(2);

/** `weights 2.98 + other 0.78`; what is not known is said to be so. */
export const sumOf = (parts: Readonly<Record<string, number | undefined>>): string =>
  Object.entries(parts)
    .map(([name, size]) => (size === undefined ? `${name} (not known)` : `${name} ${gib(size)}`))
    .join(' + ');

export const tokensText = (tokens: number): string => `${tokens.toLocaleString('en-US')} tokens`;
