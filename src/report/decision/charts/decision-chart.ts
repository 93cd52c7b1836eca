/** What a colour stands for; which colour that is depends on light and dark (palette.ts). */
export type ColourName =
  | 'baseline'
  | 'candidate'
  | 'text'
  | 'limit'
  | 'floor'
  | 'void'
  | 'weights'
  | 'kvPool'
  | 'graphs'
  | 'other';

/** A mark of an axis; several lines where the label is a list. */
export interface Mark {
  readonly value: number;
  readonly label: string | readonly string[];
}

export interface ChartAxis {
  readonly text: string;
  readonly type: 'linear' | 'logarithmic';
  /** Exactly where the axis begins and ends. */
  readonly min: number;
  readonly max: number;
  readonly marks: readonly Mark[];
  /** From the top down, as rows are read. */
  readonly reverse?: boolean;
}

/** Both null: the line is broken here. */
export type ChartPoint = {readonly x: number; readonly y: number} | {readonly x: null; readonly y: null};

export interface ChartCurve {
  readonly label: string;
  readonly colour: ColourName;
  /** Drawn pale, so that what lies on it is seen. */
  readonly faint?: boolean;
  readonly points: readonly ChartPoint[];
  /** What is said of each point when it is looked at; without it, its two numbers. Null: it is not looked at. */
  readonly texts?: readonly (string | null)[];
  /** Of the line, in pixels; 0: points alone. */
  readonly width: number;
  readonly dash?: readonly number[];
  readonly mark?: {readonly style: 'circle' | 'triangle' | 'rectRot' | 'crossRot' | 'line'; readonly radius: number};
}

/** Plain data: a line chart, of which `chartConfig` makes Chart.js's configuration, in Node and in the page. */
export interface ChartSpec {
  readonly heightPx: number;
  readonly x: ChartAxis;
  readonly y: ChartAxis;
  /** The first one lies on top. */
  readonly curves: readonly ChartCurve[];
}

export interface DecisionChart {
  /** Unique in the decision, one kebab-case word: the file's name. */
  readonly name: string;
  readonly kind: 'overview' | 'forest' | 'distribution' | 'concurrency' | 'memory' | 'cache' | 'timeline';
  /** The plan's, where the chart is about one. */
  readonly workload: string | null;
  readonly title: string;
  /** What it shows, with figures: enough for someone who does not see it. */
  readonly description: string;
  readonly config: ChartSpec;
  /** The same as numbers; the first column names the row. Null: not measured. */
  readonly table: {readonly columns: readonly string[]; readonly rows: readonly (readonly (string | null)[])[]};
}

export const gap: ChartPoint = {x: null, y: null};

/** An axis of rows, from the top: each mark stands in the middle of its row. */
export const rowAxis = (text: string, labels: readonly Mark['label'][]): ChartAxis => ({
  ...{text, type: 'linear', min: -0.5, max: labels.length - 0.5, reverse: true},
  marks: labels.map((label, value) => ({value, label})),
});
