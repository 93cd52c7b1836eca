/** Whole numbers, so that nothing is lost to rounding however many are counted. */
const parts = 1_000_000_000;

/**
 * Takes exactly ⌊n × share⌋ of the first n, evenly spread, for every n: at 1 % the 100th, the 200th and so on. Lots would take
 * between 4 and 16 of 1,000. `share` is 0…1, to a billionth.
 */
export const exactShare = (share: number): (() => boolean) => {
  const step = Math.round(share * parts);
  let sum = 0;
  return () => {
    sum += step;
    if (sum < parts) return false;
    sum -= parts;
    return true;
  };
};
