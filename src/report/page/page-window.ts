import type {ChartLook} from '../charts/chart-config.ts';
import type {ChartSpec} from '../charts/chart-spec.ts';
import type {Palette} from '../charts/palette.ts';

/** What the page's script needs of a browser, and no more: this project has no types of the DOM. */
export interface PageNode {
  textContent: string | null;
  hidden: boolean;
  open: boolean;
  className: string;
  width: number;
  height: number;
  readonly style: {height: string; width: string};
  readonly dataset: {readonly chart?: string; readonly paperPx?: string};
  append(...children: (PageNode | string)[]): void;
  setAttribute(name: string, value: string): void;
  querySelector(selector: string): PageNode | null;
  addEventListener(name: string, listener: (event: {readonly key: string; preventDefault(): void}) => void): void;
  getContext(kind: '2d'): PagePen;
}

interface PagePen {
  strokeStyle: string;
  fillStyle: string;
  lineWidth: number;
  scale(x: number, y: number): void;
  setLineDash(dash: readonly number[]): void;
  beginPath(): void;
  arc(x: number, y: number, radius: number, from: number, to: number): void;
  moveTo(x: number, y: number): void;
  lineTo(x: number, y: number): void;
  stroke(): void;
  fill(): void;
  fillRect(x: number, y: number, width: number, height: number): void;
}

interface Place {
  readonly datasetIndex: number;
  readonly index: number;
}

interface PageChart {
  readonly tooltip: {setActiveElements(places: readonly Place[], at: {x: number; y: number}): void};
  setActiveElements(places: readonly Place[]): void;
  getDatasetMeta(dataset: number): {readonly data: readonly {readonly x: number; readonly y: number}[]};
  setDatasetVisibility(dataset: number, visible: boolean): void;
  isDatasetVisible(dataset: number): boolean;
  resize(width?: number, height?: number): void;
  update(mode: 'none'): void;
  destroy(): void;
}

export interface PageWindow {
  readonly document: {
    getElementById(id: string): PageNode | null;
    createElement(name: string): PageNode;
    querySelectorAll(selector: string): Iterable<PageNode>;
  };
  readonly Chart: new (canvas: PageNode, config: object) => PageChart;
  readonly devicePixelRatio: number;
  matchMedia(query: string): {readonly matches: boolean; addEventListener(name: 'change', listener: () => void): void};
  addEventListener(name: 'beforeprint' | 'afterprint', listener: () => void): void;
}

/** What the page carries for its script. */
export interface PageData {
  readonly charts: readonly ChartSpec[];
  readonly look: Pick<ChartLook, 'fontFamily' | 'simulated'>;
  readonly light: Palette;
  readonly dark: Palette;
}
