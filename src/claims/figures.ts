import type {MetricName} from '../schema/plan.ts';
import type {RunRecord} from '../schema/record.ts';
import type {Role} from '../schema/request.ts';
import {metrics} from '../stats/metrics.ts';

const grouped = (value: number) => String(value).replace(/\B(?=(\d{3})+$)/g, ',');

/** Three significant digits, whole numbers from a thousand on. */
export const figure = (value: number): string =>
  Math.abs(value) >= 1000 ? grouped(Math.round(value)) : String(Number(value.toPrecision(3)));

/** A share of 1 as per cent, with one decimal. */
export const percent = (share: number): string => `${Number((share * 100).toFixed(1))} %`;

export const mib = (value: number): string => `${grouped(Math.round(value))} MiB`;

/** As in a sentence: a rate is called by its unit. */
export const metricText = (name: MetricName): string => {
  const {title, unit} = metrics[name];
  return unit === 'ms' ? title : unit;
};

/** Without the folder that it was served from. */
export const modelText = ({engine}: RunRecord, role: Role): string =>
  engine.servers
    .find(server => server.role === role)
    ?.model.split('/')
    .at(-1) ?? 'an unknown model';

/** One figure, or the least and the greatest. Throws on none. */
export const range = (values: readonly number[], shown: (value: number) => string = figure): string => {
  const [low, high] = [shown(Math.min(...values)), shown(Math.max(...values))];
  return low === high ? low : `${low} to ${high}`;
};

/** With a capital letter and a full stop. */
export const sentence = (text: string): string => `${text.replace(/^./, first => first.toUpperCase())}.`;

/** "a, b and c". */
export const listed = (words: readonly string[]): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
