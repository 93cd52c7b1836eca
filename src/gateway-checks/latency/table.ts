import {type Added, addedAt, type Bounded, type Pair} from './added.ts';
import type {BlockTimes} from './block.ts';
import type {Cell} from './cells.ts';

/** Two neighbouring blocks of one cell. */
export interface BlockPair {
  readonly cell: Cell;
  readonly straight: BlockTimes;
  readonly through: BlockTimes;
  /** Of the gateway's process, in the block through it. */
  readonly cpuMs: number;
}

/** What the gateway may add at the 99th percentile. */
const goalMs = 1;

const ms = (value: number) => value.toFixed(value < 10 ? 2 : 1);
const bounded = ({mean, lower, upper}: Bounded) => `${ms(mean)} [${ms(lower)}..${ms(upper)}]`;
const verdictOf = ({added: {lower, upper}}: Added) => (upper < goalMs ? 'met' : lower > goalMs ? '**missed**' : 'open');

const measures = [
  {name: 'whole', title: ''},
  {name: 'firstToken', title: ', first token'},
  {name: 'token', title: ', a later token'},
] as const;

const lineOf = (title: string, pairs: readonly Pair[], cpu: string): string => {
  const [p50, p99] = [addedAt(0.5, pairs), addedAt(0.99, pairs)];
  const values = pairs.reduce((sum, {through}) => sum + through.length, 0);
  const cells = [
    title,
    values.toLocaleString('en'),
    `${ms(p50.straight)} / ${ms(p99.straight)}`,
    `${ms(p50.through)} / ${ms(p99.through)}`,
    bounded(p50.added),
    bounded(p99.added),
    verdictOf(p99),
    cpu,
  ];
  return `| ${cells.join(' | ')} |`;
};

/** A Markdown table: a line for each cell and what is measured of it. */
export const renderTable = (pairs: readonly BlockPair[]): string => {
  const byCell = Map.groupBy(pairs, ({cell}) => cell.name);
  const lines = [...byCell].flatMap(([name, those]) =>
    measures.flatMap(({name: measure, title}) => {
      const sent = those.reduce((sum, {through}) => sum + through.sent, 0);
      const cpuMs = those.reduce((sum, pair) => sum + pair.cpuMs, 0);
      const measured = those.map(({straight, through}) => ({straight: straight[measure], through: through[measure]}));
      return measured.some(({straight, through}) => straight.length === 0 || through.length === 0)
        ? []
        : [lineOf(`${name}${title}`, measured, (cpuMs / sent).toFixed(2))];
    }),
  );
  return [
    `| | n | straight p50 / p99, ms | through the gateway p50 / p99, ms | added at p50, ms [95 %] | added at p99, ms [95 %] | < ${goalMs} ms | gateway's CPU a request, ms |`,
    '| --- | --- | --- | --- | --- | --- | --- | --- |',
    ...lines,
  ].join('\n');
};
