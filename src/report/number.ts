/** Decimals beyond these say nothing: a clock that counts microseconds, shares of a hundred. */
const mostDecimals: Readonly<Record<string, number>> = {ms: 3, '%': 1};

/**
 * How every number is shown: three significant digits, from a thousand on without decimals, counts (no unit) as they
 * are. What was not measured is empty, never 0.
 */
export const shownNumber = (value: number | null, unit = ''): string => {
  if (value === null) return '';
  if (unit === '' && Number.isInteger(value)) return String(value);
  // The exponent after rounding: 9.996 is 1.00e+1 and shown as 10.0.
  const exponent = Number(value.toExponential(2).split('e')[1]);
  return value.toFixed(Math.min(Math.max(2 - exponent, 0), mostDecimals[unit] ?? 6));
};
