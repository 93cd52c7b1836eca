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
  | 'other'
  | 'served'
  | 'refused'
  | 'failed'
  | 'lost'
  | 'chat'
  | 'embed'
  | 'rerank';

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
  /** Room for its words and numbers in font sizes, so that plots below one another begin at the same place; what they take where absent. */
  readonly widthEm?: number;
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
  /** Filled down to the axis. */
  readonly area?: boolean;
  /** Of the panels of `below`, from 1; absent: the chart's own. */
  readonly panel?: number;
}

/** A stretch of the x axis with a name, shaded. */
export interface ChartBand {
  readonly from: number;
  readonly to: number;
  /** Said where there is room for it; empty: not at all. */
  readonly label: string;
  readonly shaded: boolean;
}

/** Something that happened at one time, across the whole plot. */
export interface ChartLine {
  readonly at: number;
  /** Above the plot, where there is room for it; empty: none. */
  readonly label: string;
  readonly colour: ColourName;
  readonly dash: readonly number[];
}

/** Plain data: a line chart, of which `chartConfig` makes Chart.js's configuration, in Node and in the page. */
export interface ChartSpec {
  readonly heightPx: number;
  readonly x: ChartAxis;
  readonly y: ChartAxis;
  /** The first one lies on top. */
  readonly curves: readonly ChartCurve[];
  readonly bands?: readonly ChartBand[];
  readonly lines?: readonly ChartLine[];
  /** More plots below it over the same x axis, each with its share of the height beside that of the chart's own. */
  readonly below?: readonly {readonly y: ChartAxis; readonly share: number}[];
  /** Of the chart's own plot, where there are more below it. */
  readonly share?: number;
}

/** A chart with what is said of it. */
export interface DrawnChart {
  /** Unique in its report, one kebab-case word: the file's name. */
  readonly name: string;
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
