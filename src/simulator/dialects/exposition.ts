import type {Histogram} from '../pd/histogram.ts';

export interface Metric {
  readonly name: string;
  readonly type: 'gauge' | 'counter' | 'histogram';
  readonly help: string;
  /** `suffix` is what a histogram's lines have after the name. */
  readonly samples: readonly {
    readonly labels: Readonly<Record<string, string>>;
    readonly value: number;
    readonly suffix?: string;
  }[];
}

/** As Python's client writes a histogram: a line for each bucket, then how many and their sum. */
export const histogramSamples = (
  labels: Readonly<Record<string, string>>,
  {bounds, counts, sum}: Histogram,
): Metric['samples'] => [
  ...[...bounds.map(numberText), '+Inf'].map((le, index) => ({
    suffix: '_bucket',
    labels: {...labels, le},
    value: counts[index] ?? 0,
  })),
  {suffix: '_count', labels, value: counts.at(-1) ?? 0},
  {suffix: '_sum', labels, value: sum},
];

/** As Python's Prometheus client writes numbers: 3.0, and 2.52e+06 from seven digits before the point. */
function numberText(value: number): string {
  const text = Number.isInteger(value) ? `${value}.0` : String(value);
  const point = text.indexOf('.');
  if (value <= 0 || point <= 6) return text;
  const mantissa = `${text[0]}.${text.slice(1, point)}${text.slice(point + 1)}`.replace(/\.?0+$/, '');
  return `${mantissa}e+0${point - 1}`;
}

const escaped = (value: string) => value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');

/**
 * A /metrics page in Prometheus' text format, labels in alphabetical order as Python's client has them. A metric without
 * samples has no line at all.
 */
export const exposition = (metrics: readonly Metric[]): string =>
  metrics
    .filter(({samples}) => samples.length > 0)
    .flatMap(({name, type, help, samples}) => [
      `# HELP ${name} ${help}`,
      `# TYPE ${name} ${type}`,
      ...samples.map(({labels, value, suffix = ''}) => {
        const pairs = Object.keys(labels)
          .sort()
          .map(label => `${label}="${escaped(labels[label] ?? '')}"`);
        return `${name}${suffix}{${pairs.join(',')}} ${numberText(value)}`;
      }),
    ])
    .map(line => `${line}\n`)
    .join('');
