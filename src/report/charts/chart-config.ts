import type {Chart, Plugin, TooltipItem} from 'chart.js';
import type {LineChart} from '../chart-style.ts';
import type {ChartAxis, ChartCurve, ChartSpec} from './chart-spec.ts';
import type {Palette} from './palette.ts';

export interface ChartLook {
  readonly palette: Palette;
  readonly fontFamily: string;
  readonly fontPx: number;
  /** Inside the picture, which travels alone; null in a page that says it beside the chart. */
  readonly heading: {readonly title: string; readonly subtitle: string} | null;
  readonly simulated: boolean;
  readonly responsive: boolean;
}

/**
 * Chart.js's configuration of a chart. Refers to nothing outside itself: the page's script has its text, by `toString`.
 */
export const chartConfig = (spec: ChartSpec, look: ChartLook): LineChart => {
  const {palette, fontFamily: family, fontPx: size, heading, simulated, responsive} = look;

  // Rows (the reversed axis) all have a name; numbers may be left out where the axis is short.
  const axisOf = ({text, type, min, max, marks, reverse = false, widthEm}: ChartAxis) => ({
    ...{type, min, max, reverse, bounds: 'data' as const, border: {color: palette.floor}, grid: {color: palette.grid}},
    title: {display: text !== '', text, color: palette.text, font: {family, size}},
    ticks: {
      ...{color: palette.text, autoSkip: !reverse, maxRotation: 0, font: {family, size: size - 1}},
      callback: (_: unknown, place: number) => {
        const label = marks[place]?.label ?? '';
        return typeof label === 'string' ? label : [...label];
      },
    },
    afterBuildTicks: (scale: {ticks: {value: number}[]}) => {
      scale.ticks = marks.map(({value}) => ({value}));
    },
    ...(widthEm === undefined
      ? {}
      : {
          afterFit: (scale: {width: number}) => {
            scale.width = widthEm * size;
          },
        }),
  });

  // Chart.js puts the first of a stack at the bottom, and leaves no room between two: an axis that shows nothing does.
  const panels = [{y: spec.y, share: spec.share ?? 1}, ...(spec.below ?? [])];
  const room = {
    ...{display: true, ticks: {display: false}, grid: {display: false}, border: {display: false}},
    ...{axis: 'y', stack: 'panels', stackWeight: panels.reduce((sum, {share}) => sum + share, 0) / 70},
  };
  const yScales = Object.fromEntries(
    panels
      .flatMap(({y, share}, panel): (readonly [string, object])[] => [
        ...(panel === 0 ? [] : [[`room${panel}`, room] as const]),
        [`y${panel}`, {...axisOf(y), axis: 'y', stack: 'panels', stackWeight: share}],
      ])
      .reverse(),
  );

  const datasetOf = (curve: ChartCurve) => {
    const {label, colour, faint = false, points, width, dash = [], mark, area = false, panel = 0} = curve;
    const shown = faint ? `${palette[colour]}40` : palette[colour];
    return {
      ...{label, yAxisID: `y${panel}`, fill: area ? ('start' as const) : false},
      ...{data: points.map(({x, y}) => ({x: x ?? Number.NaN, y: y ?? Number.NaN}))},
      ...{
        borderColor: shown,
        backgroundColor: shown,
        borderWidth: width,
        showLine: width > 0,
        borderCapStyle: 'butt' as const,
      },
      ...{borderDash: [...dash], spanGaps: false, tension: 0},
      ...{
        pointStyle: mark?.style ?? ('circle' as const),
        pointRadius: mark?.radius ?? 0,
        pointHoverRadius: (mark?.radius ?? 0) + 2,
      },
      ...{
        pointRotation: mark?.style === 'line' ? 90 : 0,
        pointBorderWidth: mark?.style === 'circle' ? 0 : 2.5,
        pointHitRadius: 6,
      },
      ...{pointBackgroundColor: shown, pointBorderColor: shown},
    };
  };

  const textOf = ({datasetIndex, dataIndex}: {datasetIndex: number; dataIndex: number}): string | null => {
    const curve = spec.curves[datasetIndex];
    const point = curve?.points[dataIndex];
    if (curve === undefined || point === undefined || point.x === null) return null;
    if (curve.texts !== undefined) return curve.texts[dataIndex] ?? null;
    return `${curve.label}: ${Number(point.x.toPrecision(4))}; ${Number(point.y.toPrecision(4))}`;
  };

  const legendItems = () =>
    spec.curves.map((curve, datasetIndex) => {
      const {borderColor, borderDash} = datasetOf(curve);
      const pointStyle =
        curve.width > 9 || curve.area === true ? 'rect' : curve.width > 0 ? 'line' : (curve.mark?.style ?? 'circle');
      return {
        ...{text: curve.label, datasetIndex, fontColor: palette.text, strokeStyle: borderColor, fillStyle: borderColor},
        ...{lineWidth: curve.width > 9 ? 0 : 2.5, lineDash: borderDash, pointStyle},
      } as const;
    });

  /** Across the plot, behind the curves: a picture is cut out and passed on without its caption. */
  const simulatedMark: Plugin<'line'> = {
    id: 'simulatedMark',
    beforeDatasetsDraw: ({ctx, chartArea: {left, right, top, bottom}}: Chart) => {
      const letterPx = Math.min((right - left) / 7.5, (bottom - top) / 2.2);
      ctx.save();
      ctx.translate((left + right) / 2, (top + bottom) / 2);
      ctx.rotate(-Math.PI / 18);
      ctx.font = `bold ${letterPx}px ${family}`;
      ctx.textAlign = 'center';
      ctx.textBaseline = 'middle';
      ctx.fillStyle = palette.simulated;
      ctx.fillText('SIMULATED', 0, 0);
      ctx.restore();
    },
  };

  /** Bands behind the curves and lines before them, with their words; a word that would touch another one is left out. */
  const labelPx = size - 2;
  const happenings: Plugin<'line'> = {
    id: 'happenings',
    beforeDatasetsDraw: ({ctx, chartArea: {left, right, top, bottom}, scales}: Chart) => {
      ctx.save();
      ctx.font = `${labelPx}px ${family}`;
      ctx.textAlign = 'center';
      ctx.textBaseline = 'top';
      for (const {from, to, label, shaded} of spec.bands ?? []) {
        const [start, end] = [from, to].map(at => scales.x?.getPixelForValue(at) ?? left) as [number, number];
        ctx.fillStyle = palette.band;
        if (shaded) ctx.fillRect(start, top, end - start, bottom - top);
        ctx.fillStyle = palette.floor;
        const [first, last] = [Math.max(start, left), Math.min(end, right)];
        if (label !== '' && ctx.measureText(label).width + 6 < last - first)
          ctx.fillText(label, (first + last) / 2, top + 3);
      }
      ctx.restore();
    },
    afterDatasetsDraw: ({ctx, chartArea: {right, top, bottom}, scales}: Chart) => {
      ctx.save();
      ctx.font = `bold ${labelPx}px ${family}`;
      ctx.textAlign = 'left';
      ctx.textBaseline = 'bottom';
      const rowEnds = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];
      for (const {at, label, colour, dash} of spec.lines ?? []) {
        const x = scales.x?.getPixelForValue(at) ?? 0;
        ctx.strokeStyle = ctx.fillStyle = palette[colour];
        ctx.lineWidth = label === '' ? 1 : 2;
        ctx.setLineDash([...dash]);
        ctx.beginPath();
        ctx.moveTo(x, top);
        ctx.lineTo(x, bottom);
        ctx.stroke();
        const wide = ctx.measureText(label).width;
        const from = Math.min(x - 2, right - wide);
        const row = label === '' ? -1 : rowEnds.findIndex(end => from > end + 6);
        if (row < 0) continue;
        ctx.fillText(label, from, top - 2 - row * (labelPx + 2));
        rowEnds[row] = from + wide;
      }
      ctx.restore();
    },
  };
  const hasWords = (spec.lines ?? []).some(({label}) => label !== '');

  const title = (heading?.title ?? '') + (simulated ? ' (SIMULATED)' : '');
  return {
    type: 'line',
    data: {datasets: spec.curves.map(datasetOf)},
    plugins: [...(simulated ? [simulatedMark] : []), ...(spec.lines || spec.bands ? [happenings] : [])],
    options: {
      ...{animation: false, responsive, maintainAspectRatio: false, normalized: true, clip: 8},
      layout: {
        padding: {
          ...(heading === null ? {right: 12, top: 6} : {left: 16, right: 28, top: 12, bottom: 12}),
          ...(heading === null && hasWords ? {top: 2 * (labelPx + 2) + 4} : {}),
        },
      },
      interaction: {mode: 'nearest', intersect: false, axis: 'xy'},
      scales: {x: axisOf(spec.x), ...yScales} as NonNullable<NonNullable<LineChart['options']>['scales']>,
      plugins: {
        title: {
          ...{display: heading !== null, text: title, align: 'start', color: palette.text},
          ...{font: {family, size: size + 6, weight: 'bold'}, padding: {bottom: 4}},
        },
        subtitle: {
          ...{display: heading !== null, text: heading?.subtitle ?? '', align: 'start', color: palette.text},
          ...{font: {family, size}, padding: {bottom: hasWords ? 14 + 2 * labelPx : 14}},
        },
        legend: {
          ...{display: heading !== null, position: 'bottom'},
          labels: {...{usePointStyle: true, pointStyleWidth: 22, font: {family, size}}, generateLabels: legendItems},
        },
        tooltip: {
          ...{
            backgroundColor: palette.text,
            bodyColor: palette.background,
            displayColors: false,
            bodyFont: {family, size},
          },
          filter: (item: TooltipItem<'line'>) => textOf(item) !== null,
          callbacks: {title: () => '', label: (item: TooltipItem<'line'>) => (textOf(item) ?? '').split('\n')},
        },
      },
    },
  };
};
