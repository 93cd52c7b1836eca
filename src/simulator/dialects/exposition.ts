export interface Metric {
  readonly name: string;
  readonly type: 'gauge' | 'counter';
  readonly help: string;
  readonly samples: readonly {readonly labels: Readonly<Record<string, string>>; readonly value: number}[];
}

/** As Python's Prometheus client writes numbers: 3.0, and 2.52e+06 from seven digits before the point. */
const numberText = (value: number): string => {
  const text = Number.isInteger(value) ? `${value}.0` : String(value);
  const point = text.indexOf('.');
  if (value <= 0 || point <= 6) return text;
  const mantissa = `${text[0]}.${text.slice(1, point)}${text.slice(point + 1)}`.replace(/\.?0+$/, '');
  return `${mantissa}e+0${point - 1}`;
};

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
      ...samples.map(({labels, value}) => {
        const pairs = Object.keys(labels)
          .sort()
          .map(label => `${label}="${escaped(labels[label] ?? '')}"`);
        return `${name}{${pairs.join(',')}} ${numberText(value)}`;
      }),
    ])
    .map(line => `${line}\n`)
    .join('');
