import type {ChartAxis} from './chart-spec.ts';

/** The most wanted first. */
const digits = [1, 2, 5, 3, 7, 1.5, 4, 6, 8, 9, 1.2];
const ratios = [
  1, 0.9, 1.1, 0.8, 1.25, 0.5, 2, 0.95, 1.05, 0.7, 1.5, 0.6, 1.2, 3, 0.3, 4, 0.2, 5, 0.1, 10, 0.05, 20, 0.01, 100, 0.03,
  30, 0.02, 50, 0.001, 1000,
];

/** Of `wanted`, those that lie on the axis and so far apart that their words do not touch; earlier ones win. */
const spaced = (wanted: readonly number[], min: number, max: number): number[] => {
  const least = Math.log(max / min) / 9;
  const kept: number[] = [];
  for (const mark of wanted)
    if (mark >= min && mark <= max && kept.every(other => Math.abs(Math.log(mark / other)) >= least)) kept.push(mark);
  return kept.sort((a, b) => a - b);
};

const axisOf = (text: string, min: number, max: number, wanted: readonly number[]): ChartAxis => ({
  ...{text, type: 'logarithmic', min, max},
  marks: spaced(wanted, min, max).map(value => ({value, label: String(value)})),
});

/** From a little below the smallest to a little above the largest; both are positive. */
export const positiveAxis = (text: string, smallest: number, largest: number): ChartAxis => {
  const room = Math.max((largest / smallest) ** 0.04, 1.02);
  const [min, max] = [smallest / room, largest * room];
  const first = Math.floor(Math.log10(min));
  const powers = Array.from({length: Math.ceil(Math.log10(max)) - first + 1}, (_, place) => first + place);
  const wanted = digits.flatMap(digit => powers.map(power => Number((digit * 10 ** power).toPrecision(2))));
  return axisOf(text, min, max, wanted);
};

/** With 1 on it, and a tenth to either side at least. */
export const ratioAxis = (text: string, values: readonly number[]): ChartAxis => {
  const logs = values.filter(value => value > 0 && Number.isFinite(value)).map(Math.log);
  const [least, most] = [Math.min(-0.1, ...logs), Math.max(0.1, ...logs)];
  const room = (most - least) * 0.08;
  return axisOf(text, Math.exp(least - room), Math.exp(most + room), ratios);
};
