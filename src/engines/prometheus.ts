/** One sample of a /metrics page. */
export interface MetricSample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

// The text exposition format 0.0.4: name, labels in braces, value, and a timestamp that nobody here needs.
const sampleLine = /^([a-zA-Z_:][\w:]*)(?:\{((?:[^"}]|"(?:[^"\\]|\\.)*")*)\})?[ \t]+(\S+)(?:[ \t]+-?\d+)?[ \t]*$/;
const labelPair = /\s*([a-zA-Z_]\w*)\s*=\s*"((?:[^"\\]|\\.)*)"\s*(?:,|$)/y;

/** The samples of a page, in its order. Comments and lines that are not samples are passed over. */
export const parseMetrics = (page: string): MetricSample[] =>
  page.split('\n').flatMap(line => {
    if (line.startsWith('#')) return [];
    const [, name, labelText = '', valueText = ''] = sampleLine.exec(line.replace(/\r$/, '')) ?? [];
    const labels = readLabels(labelText);
    const value = readValue(valueText);
    return name === undefined || labels === null || value === null ? [] : [{name, labels, value}];
  });

/** The sum of a metric over its labels; null when the page does not have it, for that is not a 0. */
export const sumOf = (samples: readonly MetricSample[], name: string): number | null => {
  const values = valuesOf(samples, name);
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0);
};

/** For shares of 1, which do not add up: the mean over a metric's labels; null when the page does not have it. */
export const meanOf = (samples: readonly MetricSample[], name: string): number | null => {
  const sum = sumOf(samples, name);
  return sum === null ? null : sum / valuesOf(samples, name).length;
};

const valuesOf = (samples: readonly MetricSample[], name: string): number[] =>
  samples.flatMap(sample => (sample.name === name && Number.isFinite(sample.value) ? [sample.value] : []));

const readLabels = (text: string): Record<string, string> | null => {
  const labels: Record<string, string> = {};
  let at = 0;
  while (at < text.length) {
    labelPair.lastIndex = at;
    const [pair, name, value] = labelPair.exec(text) ?? [];
    if (pair === undefined || name === undefined || value === undefined) return null;
    labels[name] = value.replace(/\\(.)/g, (_, escaped: string) => (escaped === 'n' ? '\n' : escaped));
    at += pair.length;
  }
  return labels;
};

const readValue = (text: string): number | null => {
  if (text === 'NaN') return Number.NaN;
  if (/^[+-]?Inf$/.test(text)) return text.startsWith('-') ? -Infinity : Infinity;
  return text === '' || Number.isNaN(Number(text)) ? null : Number(text);
};
