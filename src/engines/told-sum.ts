/** The sum of what several servers or replies tell; null as soon as one of them does not, for it would be the sum of others. 0 of none. */
export const toldSum = (values: readonly (number | null)[]): number | null =>
  values.reduce((sum, value) => (sum === null || value === null ? null : sum + value), 0);
