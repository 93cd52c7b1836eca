import type {ChartAxis} from './chart-spec.ts';

const steps = [1, 2, 5].flatMap(digit => [-2, -1, 0, 1, 2, 3, 4, 5, 6].map(power => digit * 10 ** power));
/** Of time, whose marks are read as minutes and hours. */
const timeSteps = [1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 14_400, 43_200, 86_400];

const marksTo = (largest: number, most: number, wanted: readonly number[]): number[] => {
  const step = [...wanted].sort((a, b) => a - b).find(one => largest / one <= most) ?? largest;
  return Array.from({length: Math.floor(largest / step + 1e-9) + 1}, (_, place) =>
    Number((place * step).toPrecision(6)),
  );
};

/** From 0 to a little above the largest. */
export const linearAxis = (text: string, largest: number): ChartAxis => {
  const max = largest > 0 ? largest * 1.16 : 1;
  const marks = marksTo(max, 5, steps);
  return {...{text, type: 'linear', min: 0, max}, marks: marks.map(value => ({value, label: String(value)}))};
};

/** Seconds from 0 to the end. */
export const secondsAxis = (text: string, end: number): ChartAxis => ({
  ...{text, type: 'linear', min: 0, max: end},
  marks: marksTo(end, 10, timeSteps).map(value => ({value, label: String(value)})),
});
