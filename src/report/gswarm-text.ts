import type {GswarmProbe, GswarmTiming} from '../schema/gswarm-probe.ts';
import {checksText} from './contract-text.ts';
import {shownNumber} from './number.ts';
import {oneLine} from './one-line.ts';
import {alignedLines, type Side} from './text-table.ts';

const sides: readonly Side[] = ['left', 'right', 'right', 'right', 'right', 'right', 'right', 'left'];
const head = ['operation', 'bytes', 'done', 'p50 ms', 'p99 ms', 'max ms', 'MB/s', 'refused'];

const row = ({operation, valueBytes, asked, done, ms, mbPerSecond, refused}: GswarmTiming): readonly string[] => [
  operation,
  String(valueBytes),
  `${done}/${asked}`,
  shownNumber(ms?.p50 ?? null, 'ms'),
  shownNumber(ms?.p99 ?? null, 'ms'),
  shownNumber(ms?.max ?? null, 'ms'),
  shownNumber(mbPerSecond, 'MB/s'),
  refused.map(({status, count, said}) => oneLine(`${count} x ${status} ${said}`, 60)).join('; '),
];

/** As a person reads it: a line for each operation and size, what the service keeps, and what this is not. */
export const gswarmText = ({url, timings, checks, measuresNot}: GswarmProbe): string =>
  [
    ...alignedLines([head, ...timings.map(row)], sides),
    '',
    `${checksText({url, simulated: false, checks})}${measuresNot}`,
    '',
  ].join('\n');
