import type {chartConfig} from '../charts/chart-config.ts';
import type {PageData, PageNode, PageWindow} from './page-window.ts';

/**
 * Draws the charts of the page and lets them be looked into. It runs in the browser, from its own text: it refers to nothing
 * but what it is given.
 */
export const runPage = (page: PageWindow, configOf: typeof chartConfig): void => {
  const {document, Chart} = page;
  const data = JSON.parse(document.getElementById('chart-data')?.textContent ?? '') as PageData;
  const prefersDark = page.matchMedia('(prefers-color-scheme: dark)');
  const paperShare = 0.72;
  const narrow = page.matchMedia('(max-width: 40rem)');

  /** A sign of the curve, as the chart draws it. */
  const drawSign = (sign: PageNode, curve: PageData['charts'][number]['curves'][number], colour: string) => {
    const pen = sign.getContext('2d');
    sign.width = 24 * page.devicePixelRatio;
    sign.height = 12 * page.devicePixelRatio;
    pen.scale(page.devicePixelRatio, page.devicePixelRatio);
    pen.strokeStyle = pen.fillStyle = curve.faint === true ? `${colour}40` : colour;
    pen.lineWidth = 2.5;
    if (curve.width > 9 || curve.area === true) return pen.fillRect(1, 0, 22, 12);
    pen.setLineDash(curve.dash ?? []);
    pen.beginPath();
    if (curve.width > 0) {
      pen.moveTo(0, 6);
      pen.lineTo(24, 6);
    }
    const style = curve.mark?.style;
    if (style === 'line' && curve.width === 0) {
      pen.moveTo(12, 0);
      pen.lineTo(12, 12);
    }
    if (style === 'crossRot') {
      pen.moveTo(7, 1);
      pen.lineTo(17, 11);
      pen.moveTo(17, 1);
      pen.lineTo(7, 11);
    }
    pen.stroke();
    pen.beginPath();
    if (style === 'circle') pen.arc(12, 6, 3.5, 0, 7);
    const corners = {
      triangle: [
        [12, 1],
        [17, 10],
        [7, 10],
      ],
      rectRot: [
        [12, 0],
        [18, 6],
        [12, 12],
        [6, 6],
      ],
    };
    if (style === 'triangle' || style === 'rectRot') for (const [x = 0, y = 0] of corners[style]) pen.lineTo(x, y);
    pen.fill();
  };

  const figures = [...document.querySelectorAll('[data-chart]')].flatMap(figure => {
    const spec = data.charts[Number(figure.dataset.chart)];
    const [plot, canvas, legend, reading, details] = ['.plot', '.plot canvas', '.legend', '.reading', 'details'].map(
      selector => figure.querySelector(selector),
    );
    if (!spec || !plot || !canvas || !legend || !reading || !details) return [];
    plot.hidden = legend.hidden = details.open = false;

    const hidden = new Set<number>();
    let chart: InstanceType<PageWindow['Chart']> | null = null;
    let onPaper = false;
    const signs: PageNode[] = [];
    const draw = () => {
      chart?.destroy();
      const palette = prefersDark.matches && !onPaper ? data.dark : data.light;
      plot.style.height = `${spec.heightPx * (onPaper ? paperShare : 1)}px`;
      const fontPx = onPaper ? 10 : narrow.matches ? 11 : 13;
      chart = new Chart(canvas, configOf(spec, {...data.look, palette, fontPx, heading: null, responsive: !onPaper}));
      for (const place of hidden) chart.setDatasetVisibility(place, false);
      if (onPaper) chart.resize(Number(figure.dataset.paperPx), spec.heightPx * paperShare);
      chart.update('none');
      for (const [place, sign] of signs.entries()) {
        const curve = spec.curves[place];
        if (curve !== undefined) drawSign(sign, curve, palette[curve.colour]);
      }
    };

    for (const [place, {label}] of spec.curves.entries()) {
      const button = document.createElement('button');
      const sign = document.createElement('canvas');
      sign.style.width = '24px';
      sign.style.height = '12px';
      sign.setAttribute('aria-hidden', 'true');
      signs.push(sign);
      button.append(sign, label);
      button.setAttribute('type', 'button');
      button.setAttribute('aria-pressed', 'true');
      button.addEventListener('click', () => {
        if (!hidden.delete(place)) hidden.add(place);
        button.setAttribute('aria-pressed', String(!hidden.has(place)));
        chart?.setDatasetVisibility(place, !hidden.has(place));
        chart?.update('none');
      });
      legend.append(button);
    }

    /** Left and right go through the points of a curve, up and down from curve to curve. */
    const at = {curve: 0, point: -1};
    const isRead = (curve: number, point: number) =>
      !hidden.has(curve) && spec.curves[curve]?.points[point]?.x != null && spec.curves[curve]?.texts?.[point] !== null;
    const readable = (curve: number) =>
      (spec.curves[curve]?.points ?? []).flatMap((_, point) => (isRead(curve, point) ? [point] : []));
    const show = (places: {datasetIndex: number; index: number}[]) => {
      const [place] = places;
      const mark = place && chart?.getDatasetMeta(place.datasetIndex).data[place.index];
      chart?.setActiveElements(places);
      chart?.tooltip.setActiveElements(places, mark ?? {x: 0, y: 0});
      chart?.update('none');
      const curve = place && spec.curves[place.datasetIndex];
      const point = place && curve?.points[place.index];
      const numbers =
        point && point.x !== null
          ? `${curve?.label}: ${Number(point.x.toPrecision(4))}; ${Number(point.y.toPrecision(4))}`
          : '';
      reading.textContent = place === undefined ? '' : (curve?.texts?.[place.index] ?? numbers);
    };
    canvas.addEventListener('keydown', event => {
      const curves = spec.curves.flatMap((_, curve) => (readable(curve).length > 0 ? [curve] : []));
      if (event.key === 'Escape') return show([]);
      if (
        !['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown', 'Home', 'End'].includes(event.key) ||
        curves.length === 0
      )
        return;
      event.preventDefault();
      const turn = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
      const start = Math.max(curves.indexOf(at.curve), 0);
      at.curve = curves[(start + turn + curves.length) % curves.length] ?? 0;
      const points = readable(at.curve);
      // Forty steps from one end to the other, however many points there are.
      const step =
        Math.max(1, Math.round(points.length / 40)) *
        (event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0);
      const wanted = event.key === 'Home' ? 0 : event.key === 'End' ? points.length - 1 : at.point + step;
      at.point = Math.min(Math.max(wanted, 0), points.length - 1);
      show([{datasetIndex: at.curve, index: points[at.point] ?? 0}]);
    });
    canvas.addEventListener('blur', () => show([]));
    draw();
    return [
      (paper: boolean) => {
        onPaper = paper;
        draw();
      },
    ];
  });

  for (const details of document.querySelectorAll('details')) details.open = false;
  const redraw = (paper: boolean) => {
    for (const draw of figures) draw(paper);
  };
  prefersDark.addEventListener('change', () => redraw(false));
  narrow.addEventListener('change', () => redraw(false));
  page.addEventListener('beforeprint', () => redraw(true));
  page.addEventListener('afterprint', () => redraw(false));
};
