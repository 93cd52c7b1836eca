import type {Held} from '../probe.ts';
import type {FuzzReport} from './fuzz-session.ts';

interface Run {
  readonly seed: number;
  readonly at: string;
  readonly command: string;
}

const rows: readonly (readonly [string, (held: Held) => number])[] = [
  ['heap, MiB', ({heapMiB}) => heapMiB],
  ['buffers and the like, MiB', ({externalMiB}) => externalMiB],
  ['resident, MiB', ({rssMiB}) => rssMiB],
  ['file descriptors', ({descriptors}) => descriptors],
  ['sockets', ({sockets}) => sockets],
  ['timers', ({timers}) => timers],
];

const shown = (value: number) => (Number.isInteger(value) ? String(value) : value.toFixed(1));
const many = (value: number) => value.toLocaleString('en');
const counted = (counts: ReadonlyMap<string | number, number>) =>
  [...counts]
    .sort(([, a], [, b]) => b - a)
    .map(([name, count]) => `${name}: ${many(count)}`)
    .join(', ');

/** reports/evidence/gateway-fuzz.md. */
export const renderFuzzPage = (report: FuzzReport, {seed, at, command}: Run): string => {
  const {counts, before, after, journal, inFlight, complaints, seconds} = report;
  const wrong = [
    ...counts.failures.map(({name, problem, sent}) => `- **${name}**: ${problem}; sent ${sent}`),
    ...complaints.map(complaint => `- ${complaint}`),
  ];
  return `# The gateway under bad requests

Made by \`${command} --write\` at ${at}; do not edit. Seed ${seed}, Node ${process.versions.node}, ${Math.round(seconds)} s.

${many(counts.bad)} requests that are not answered with 200, of ${many(counts.cases)} in all; ${many(counts.replies)} replies. **${many(counts.failed)} were not as the
contract says.** ${wrong.length === 0 ? 'Right requests were answered before and after.' : ''}
${wrong.length === 0 ? '' : `\n${wrong.join('\n')}\n`}
| the gateway's process, after garbage collection | after the warm-up | after all |
| --- | --- | --- |
${rows.map(([name, read]) => `| ${name} | ${shown(read(before))} | ${shown(read(after))} |`).join('\n')}

- Journal: ${many(journal.lines)} lines; ${journal.missing} requests that an engine was asked have none, ${journal.doubled} have more than were sent. In flight
  at the end: ${inFlight}.
- Replies by status: ${counted(counts.byStatus)}.
- Cases by kind: ${counted(counts.byName)}.

What a reply must be: of the one shape of errors with a code that belongs to its status, or an answer; with the request's id; described
by the gateway's own OpenAPI document where its path and method are; 400 \`invalid\` exactly where the document's schema does not allow
the body; never 500, 501, 502 or 504. The gateway is \`npm run gateway\` in a process of its own, before the simulated engine;
cases are drawn from the seed by \`src/gateway-checks/fuzz\`.
`;
};
