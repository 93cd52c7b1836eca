import {median} from '../../stats/percentile.ts';
import type {Results} from './rows.ts';
import {agreement} from './scenarios.ts';
import {renderTable} from './table.ts';
import {ratioOverDrain} from './verdict.ts';

interface Page {
  readonly machine: string;
  readonly repetitions: number;
  readonly results: Results;
  /** Losses and the like, in words. */
  readonly wrong: readonly string[];
}

const ratioLine = (results: Results): string => {
  const ratio = ratioOverDrain(results.measured);
  return ratio === null
    ? ''
    : `\nAn event that is measured costs ${ratio.toFixed(2)} times what draining it costs (null server, token by token).\n`;
};

const rateOf = ({measured}: Results, name: string) => {
  const rates = measured
    .filter(({scenario}) => scenario.name === name)
    .map(({outcome}) => outcome.requestsPerSecond)
    .filter(rate => rate !== null);
  return rates.length === 0 ? null : median(rates);
};

const agreementLine = (results: Results): string => {
  const [ours, autocannons] = [rateOf(results, agreement.ours), rateOf(results, agreement.autocannon)];
  return ours === null || autocannons === null
    ? ''
    : `\nIn mode saturate autocannon came to ${((100 * autocannons) / ours).toFixed(1)} % of the load client's requests a second (medians, "${agreement.ours}").\n`;
};

const seconds = (waits: (number | null)[]) => (Math.max(0, ...waits.map(wait => wait ?? 0)) / 1000).toFixed(2);

/** How far the machine was not the benchmark's alone. */
const disturbanceLine = ({measured}: Results): string => {
  const ours = measured.filter(({client}) => client === 'ours').map(({outcome}) => outcome);
  const [client, server] = [
    seconds(ours.map(({clientWaitedMs}) => clientWaitedMs)),
    seconds(ours.map(({serverWaitedMs}) => serverWaitedMs)),
  ];
  return `Something else had the client's core for at most ${client} s of a run, and the server's for ${server} s.`;
};

/** reports/client-benchmark.md. */
export const renderPage = ({
  machine,
  repetitions,
  results,
  wrong,
}: Page): string => `# What the load client measures, and what it costs

Made by \`npm run bench:client -- --write\`; do not edit. ${machine}. Medians of ${repetitions} interleaved runs,
[least..most]. ${disturbanceLine(results)}

${renderTable(results)}
${ratioLine(results)}${agreementLine(results)}
${
  wrong.length === 0
    ? 'Every request completed, every event that was sent was counted, and all streams were held.'
    : wrong.map(line => `- **Wrong**: ${line}`).join('\n')
}

- The server (\`src/load/bench-client/paced-server.ts\`) writes 64 tokens, one an event, 50 ms after it has read the request
  and then every 10 ms, or as the line says; it stamps each write and each request on the machine's monotonic clock. The
  client is \`runLoad\` as \`npm run bench\` uses it, in a process of its own.
- Errors are what the client says less what is true: percentile less percentile, as rivals' figures were taken. A server that
  reads a request late, because it is writing, makes the client wrong here.
- events/s counts while all streams ran: from each slot's first request to its last reply.
- CPU is user and system time of the whole client process, its start included, over the token events.
- "null" writes a whole stream in one go; "token by token" makes 64 writes of it without delay, as engines do, so the server's
  core may be the limit. Which of the two the rivals' server did is not recorded.
- Embeddings are asked for texts that were made beforehand.
- "drain only" is \`drain-client.ts\`: it reads bytes, counts them and sees \`[DONE]\`, and is the least that Node can do.
- Why goals are missed, with profiles: [evidence/load-client.md](evidence/load-client.md).
- Rivals and prototype: measured for issue 4 on a machine of this kind, medians of three runs; they are not run here.
`;
