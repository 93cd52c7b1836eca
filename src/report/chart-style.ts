import type {Chart, ChartConfiguration, LegendItem, Plugin, Scale} from 'chart.js';
import {CutoverError} from '../errors.ts';

export const chartSize = {width: 1000, height: 560} as const;

export type LineChart = ChartConfiguration<'line', {x: number; y: number}[]>;

type ScaleOptions = NonNullable<NonNullable<LineChart['options']>['scales']>[string];

/** Okabe and Ito's colours, which most colour-blind readers tell apart, darkest first. */
const colours = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#000000'];
export const colourOf = (place: number): string => colours[place % colours.length] ?? '#000000';

/** The same colour for what is drawn but does not count. */
export const faint = (colour: string): string => `${colour}55`;

/** What machines without a desktop have, then what those with one have. */
export const fontFamily = 'DejaVu Sans, Liberation Sans, Noto Sans, Arial, Helvetica, sans-serif';

/** Letters that are readable at 1000 × 560; for `chartCallback`, because chart.js takes an axis' letters from nowhere else. */
export const setLetters = ({defaults}: typeof Chart): void => {
  defaults.color = '#222222';
  defaults.font.family = fontFamily;
  defaults.font.size = 14;
};

/** Without a font every word is left out silently, SIMULATED among them. */
export const fontCheck: Plugin<'line'> = {
  id: 'fontCheck',
  beforeDraw: ({ctx}) => {
    if (ctx.measureText('M').width > 0) return;
    throw new CutoverError('RECORD_NOT_WRITABLE', 'charts cannot be drawn: this machine has no fonts', {
      hint: "Install one (apt-get install fonts-dejavu-core), or make the charts elsewhere from the run's folder: npm run report -- <folder> --format png.",
    });
  },
};

/** Behind the curves, across the whole plot: a chart is cut out and passed on without its caption. */
const simulatedMark: Plugin<'line'> = {
  id: 'simulatedMark',
  beforeDatasetsDraw: ({ctx, chartArea: {left, right, top, bottom}}) => {
    ctx.save();
    ctx.translate((left + right) / 2, (top + bottom) / 2);
    ctx.rotate(-Math.PI / 9);
    ctx.font = `bold 120px ${fontFamily}`;
    ctx.textAlign = 'center';
    ctx.textBaseline = 'middle';
    ctx.fillStyle = '#cc00001f';
    ctx.fillText('SIMULATED', 0, 0);
    ctx.restore();
  },
};

interface AxisOptions {
  readonly type?: 'linear' | 'logarithmic';
  /** Where it begins; chart.js chooses where this and `marks` are left out. */
  readonly min?: number;
  /** Exactly where the marks stand, ascending; the axis reaches from the first to the last. */
  readonly marks?: readonly number[];
}

/** Chart.js adds up its marks, so that 0.6 may come as 0.6000000000000001. */
const markText = (value: string | number) => String(Number(Number(value).toPrecision(6)));

export const axis = (text: string, {type = 'linear', min, marks}: AxisOptions = {}): ScaleOptions => {
  const shown = {type, title: {display: true, text}, ticks: {callback: markText}, grid: {color: '#dddddd'}};
  if (marks === undefined) return min === undefined ? shown : {...shown, min};
  const afterBuildTicks = (scale: Scale) => {
    scale.ticks = marks.map(value => ({value}));
  };
  return {...shown, min: Math.min(...marks), max: Math.max(...marks), afterBuildTicks};
};

/** 1, 2 and 5 of every power of ten that the values span, with one beyond at either end. */
export const logarithmicMarks = (smallest: number, largest: number): number[] => {
  const marks: number[] = [];
  for (let power = Math.floor(Math.log10(smallest)); 10 ** power <= largest * 10; power += 1)
    for (const digit of [1, 2, 5]) marks.push(Number((digit * 10 ** power).toPrecision(1)));
  const from = marks.findLastIndex(mark => mark <= smallest);
  const to = marks.findIndex(mark => mark >= largest);
  return marks.slice(Math.max(from, 0), to + 1);
};

interface ChartWords {
  readonly title: string;
  /** Two lines at most. */
  readonly subtitle: string[];
  readonly simulated: boolean;
}

/** Whether a curve with the same words in the legend came before this one. */
const isRepeated = (
  {text, datasetIndex = 0}: LegendItem,
  {datasets}: {datasets: readonly {label?: string | undefined}[]},
) => datasets.findIndex(({label}) => label === text) < datasetIndex;

/** A line chart with what all charts share: title, legend, and SIMULATED across it where it is. */
export const lineChart = (
  {title, subtitle, simulated}: ChartWords,
  datasets: LineChart['data']['datasets'],
  scales: {x: ScaleOptions; y: ScaleOptions; right?: ScaleOptions},
): LineChart => ({
  type: 'line',
  data: {datasets},
  plugins: simulated ? [fontCheck, simulatedMark] : [fontCheck],
  options: {
    animation: false,
    responsive: false,
    devicePixelRatio: 1,
    clip: false,
    layout: {padding: {left: 16, right: 28, top: 12, bottom: 12}},
    elements: {point: {radius: 0, borderWidth: 2.5}, line: {borderWidth: 2.5, tension: 0}},
    scales,
    plugins: {
      title: {
        display: true,
        text: simulated ? `${title} (SIMULATED)` : title,
        align: 'start',
        font: {size: 21},
        padding: {bottom: 4},
      },
      subtitle: {display: true, text: subtitle, align: 'start', padding: {bottom: 14}},
      legend: {
        position: 'bottom',
        labels: {
          usePointStyle: true,
          pointStyle: 'line',
          pointStyleWidth: 36,
          filter: (item, data) => !isRepeated(item, data),
        },
      },
    },
  },
});
