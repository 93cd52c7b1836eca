/**
 * A copy with all numbers to six significant digits: the last bits of a logarithm are another library's, and the verdict has to be
 * the same on every machine. Whole numbers stay as they are.
 */
export const toSixDigits = <Value>(value: Value): Value => rounded(value) as Value;

const rounded = (value: unknown): unknown => {
  if (typeof value === 'number') return Number.isInteger(value) ? value : Number(value.toPrecision(6));
  if (Array.isArray(value)) return value.map(rounded);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, rounded(inner)]));
};
