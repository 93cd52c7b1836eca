import {shown} from '../../bench-client/table.ts';
import {type ExactJoin, type Results, worstError} from './results.ts';
import type {Measured} from './run-part.ts';

interface Page {
  readonly machine: string;
  /** Day and time, UTC. */
  readonly at: string;
  readonly results: Results;
  readonly wrong: readonly string[];
}

const count = (value: number): string => value.toLocaleString('en');
const perMillion = (seconds: number, samples: number) => shown((seconds * 1e6) / samples);

interface JoinRow {
  readonly title: string;
  of(join: ExactJoin): number;
  readonly text?: (value: number) => string;
  /** Many shards are told as a multiple of few, too. */
  readonly compared?: true;
}

const joinRows: readonly JoinRow[] = [
  {title: 'shards', of: ({shards}) => shards, text: count},
  {title: 'samples', of: ({samples}) => samples, text: count},
  {title: 'tokens of each', of: ({tokens}) => tokens, text: count},
  {title: 'seconds', of: ({cost}) => cost.seconds},
  {title: 'seconds per million samples', of: ({cost, samples}) => (cost.seconds * 1e6) / samples, compared: true},
  {
    title: 'CPU seconds per million samples',
    of: ({cost, samples}) => (cost.cpuSeconds * 1e6) / samples,
    compared: true,
  },
  {title: 'memory before, MB', of: ({cost}) => cost.startMb},
  {title: 'memory at its peak, MB', of: ({cost}) => cost.peakMb, compared: true},
  {title: 'bytes a sample, as shards leave it', of: ({bytes, samples}) => bytes / samples},
  {title: 'bytes a sample, in samples.jsonl', of: ({result, samples}) => result.linesBytes / samples},
  {title: 'p50 to p99 from a histogram of the same: off by at most, %', of: ({result}) => 100 * worstError(result)},
];

const table = (head: readonly string[], lines: readonly (readonly string[])[]) =>
  [head, head.map(() => '---'), ...lines].map(cells => `| ${cells.join(' | ')} |`).join('\n');

const bytesEach = ({result, cost}: Measured<{readonly n: number}>) =>
  ((cost.peakMb - cost.startMb) * 2 ** 20) / result.n;

export const renderTables = (results: Results): string => {
  const {few, long, many, folders, arrivals, held, histograms} = results;
  const joins = [few, many, folders, long];
  return `${table(
    ['exact join', 'few shards', 'many shards', 'many run folders, by hand', 'long answers', 'many ÷ few'],
    joinRows.map(({title, of, text = shown, compared}) => [
      title,
      ...joins.map(join => text(of(join))),
      compared ? shown(of(many) / of(few)) : '',
    ]),
  )}

${table(
  ['what every worker plans of an open loop', ''],
  [
    ['arrivals of the whole load', count(arrivals.result.n)],
    ['seconds per million', perMillion(arrivals.cost.seconds, arrivals.result.n)],
    ['bytes each, at the peak', shown(bytesEach(arrivals))],
  ],
)}

${table(
  ['what the numbers of a trial hold', ''],
  [
    ['samples, nothing kept of them but what the numbers are made from', count(held.result.n)],
    ['memory at the start → at its peak, MB', `${shown(held.cost.startMb)} → ${shown(held.cost.peakMb)}`],
    ['bytes a sample at the peak', shown(bytesEach(held))],
    ['samples per GiB', `${shown(2 ** 30 / bytesEach(held) / 1e6)} million`],
  ],
)}

${table(
  ['histograms', ''],
  [
    ['shards', count(histograms.shards)],
    ['values counted, one by one', count(histograms.result.n)],
    ['ns to count one', shown((histograms.result.countSeconds * 1e9) / histograms.result.n)],
    ['KB that a shard sends', shown(histograms.result.packedBytes / histograms.shards / 1000)],
    ['seconds to read all and add them up', shown(histograms.result.addSeconds)],
    ['memory at the start → at its peak, MB', `${shown(histograms.cost.startMb)} → ${shown(histograms.cost.peakMb)}`],
  ],
)}`;
};

/** reports/merge-benchmark.md. */
export const renderPage = ({
  machine,
  at,
  results,
  wrong,
}: Page): string => `# What joining the records of many shards costs

Made by \`npm run bench:merge -- --write\` on ${at}; do not edit. ${machine}.

${renderTables(results)}

${
  wrong.length === 0
    ? 'No sample was lost, all stand in the order of their ends, every histogram was within its error, and memory was within its bound.'
    : wrong.map(line => `- **Wrong**: ${line}`).join('\n')
}

- Samples are drawn (\`src/load/shards/bench-merge/shard-samples.ts\`, seeded): Poisson arrivals, a token an event, log-normal times,
  one in 1,000 failed. They prove nothing about an engine.
- The exact join is what \`bench --load-on k8s\` does once it has fetched what the shards left: their blocks into the run's spool,
  from there in the order of the ends into \`samples.jsonl\` and the trial's numbers. By hand is the same from run folders, each line
  read as JSON and proved, as \`npm run merge\` does it. The disk is this machine's.
- Memory is the resident set of the part's own process with the flags of \`npm run bench\`, before it began and at its peak.
- Histograms (\`src/stats/latency-histogram.ts\`) tell a percentile to a 1024th of itself; counting and packing is what each shard
  would do by itself, all shards here one after the other. One latency; a record has six.
- How these figures are used: [docs/planning.md](../docs/planning.md).
`;
