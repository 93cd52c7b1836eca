import type {Held} from '../probe.ts';
import {type Slope, theilSen} from './slope.ts';
import type {SoakOutcome} from './soak-run.ts';

/** What is watched after collections of garbage, and by how much an hour it may grow: 30 MiB are a month in 22 GiB, or a leak of 20 bytes a request. */
const watched: readonly {readonly name: string; readonly mostPerHour: number; read(held: Held): number}[] = [
  {name: 'heap in use, MiB', mostPerHour: 30, read: ({heapMiB}) => heapMiB},
  {name: 'buffers and the like, MiB', mostPerHour: 30, read: ({externalMiB}) => externalMiB},
  {name: "resident besides V8's heap, MiB", mostPerHour: 90, read: ({outsideHeapMiB}) => outsideHeapMiB},
  // Sockets are the connections of the moment: they are counted when there should be none (`leftOver`).
  {
    name: 'file descriptors besides sockets',
    mostPerHour: 60,
    read: ({descriptors, openSockets}) => descriptors - openSockets,
  },
];
/** The gateway keeps the lines of a minute, and drops them when they are half of what it has: what comes before two is no trend. */
const warmUpSeconds = 180;
/** Of readings: fewer have no bounds. */
const fewest = 10;

interface Trend {
  readonly name: string;
  readonly mostPerHour: number;
  /** An hour. */
  readonly slope: Slope;
  readonly values: readonly number[];
  /** By the interval's two ends: below the limit, above it, or on both sides of it, so that nothing is shown. */
  readonly outcome: 'flat' | 'grows' | 'open';
}

const outcomeOf = ({lower, upper}: Slope, mostPerHour: number): Trend['outcome'] => {
  if (upper <= mostPerHour) return 'flat';
  return lower > mostPerHour ? 'grows' : 'open';
};

export interface JudgedSoak {
  /** Empty where the time is too short for one. */
  readonly trends: readonly Trend[];
  /** What is wrong. */
  readonly complaints: readonly string[];
  /** What is not shown either way: a longer run would. */
  readonly open: readonly string[];
}

const hourly = ({estimate, lower, upper}: Slope): Slope => ({
  estimate: estimate * 3600,
  lower: lower * 3600,
  upper: upper * 3600,
});

const range = ({lower, upper}: Slope) => `${lower.toFixed(1)} to ${upper.toFixed(1)}`;

/** A connection that nobody closed: one for each of so many requests would be seen here, however slowly they gather. */
const leftOver = ({before, after}: SoakOutcome): readonly string[] => {
  const more = after.openSockets - before.openSockets;
  return more <= 0 ? [] : [`${more} more socket${more === 1 ? ' is' : 's are'} open after the load than before it`];
};

export const judgeSoak = (outcome: SoakOutcome): JudgedSoak => {
  const {readings, counts, inFlight, ended} = outcome;
  const settled = readings.filter(({atSeconds, collected}) => collected && atSeconds > warmUpSeconds);
  const trends =
    settled.length < fewest
      ? []
      : watched.map(({name, mostPerHour, read}) => {
          const values = settled.map(({atSeconds, held}) => ({atSeconds, value: read(held)}));
          const slope = hourly(theilSen(values));
          const outcome = outcomeOf(slope, mostPerHour);
          return {name, mostPerHour, slope, outcome, values: values.map(({value}) => value)};
        });
  return {
    trends,
    complaints: [
      ...trends
        .filter(({outcome}) => outcome === 'grows')
        .map(({name, slope, mostPerHour}) => `${name}: grows by ${range(slope)} an hour, more than ${mostPerHour}`),
      ...leftOver(outcome),
      ...[...counts.failed].map(([what, times]) => `${times} requests failed: ${what}`),
      ...(inFlight === 0 ? [] : [`${inFlight} requests are in flight although all have ended`]),
      ...(ended === null ? [] : [ended]),
    ],
    open: trends
      .filter(({outcome}) => outcome === 'open')
      .map(({name, slope, mostPerHour}) => `${name}: ${range(slope)} an hour, on both sides of ${mostPerHour}`),
  };
};

const one = (value: number) => value.toFixed(1);
const words = {flat: 'flat', grows: '**grows**', open: '**not shown**'};

const said = (complaints: readonly string[], open: readonly string[]): string => {
  if (complaints.length + open.length === 0) return '**Nothing failed, and nothing grows.**';
  return [
    ...complaints.map(complaint => `- **${complaint}**`),
    ...(complaints.length === 0 ? ['- Nothing failed, and nothing is shown to grow.'] : []),
    ...open.map(sentence => `- **Not shown to be flat, a longer run is needed: ${sentence}**`),
  ].join('\n');
};

/** reports/evidence/gateway-soak.md. */
export const renderSoakPage = (
  {counts, readings, switches, before, after}: SoakOutcome,
  {trends, complaints, open}: JudgedSoak,
  {command, at, machine}: {readonly command: string; readonly at: string; readonly machine: string},
): string => {
  const seconds = readings.at(-1)?.atSeconds ?? 0;
  const cpuShare = ((readings.at(-1)?.held.cpuMs ?? 0) - (readings[0]?.held.cpuMs ?? 0)) / 10 / seconds;
  const lines = trends.map(
    ({name, slope, mostPerHour, values, outcome}) =>
      `| ${name} | ${one(Math.min(...values))}..${one(Math.max(...values))} | ${one(slope.estimate)} [${one(slope.lower)}..${one(slope.upper)}] | ${mostPerHour} | ${words[outcome]} |`,
  );
  return `# The gateway in a soak

Made by \`${command} --write\` at ${at}; do not edit. ${machine}.

${counts.sent.toLocaleString('en')} requests in ${Math.round(seconds)} s (${Math.round(counts.sent / seconds)} a second; the gateway took ${one(cpuShare)} % of a core), two in five embeddings, three in ten
rankings, the rest chats, half of them streamed; 2 % of the callers went away before their answer. The route was turned over ${switches} times
between two simulated engines. ${counts.served.toLocaleString('en')} were served, ${counts.refused} refused.
${said(complaints, open)}

| the gateway's process, from ${warmUpSeconds} s on | least..most | slope an hour [90 %] | limit | |
| --- | --- | --- | --- | --- |
${lines.join('\n')}

After garbage collection: ${one(before.heapMiB)} MiB of heap before the load and ${one(after.heapMiB)} MiB after it (the lines of the last minute
among them), ${before.descriptors} and ${after.descriptors} file descriptors, ${before.openSockets} and ${after.openSockets} of them sockets.

The slope is Theil's and Sen's over readings after a collection of garbage, one every 10 s; its bounds are Kendall's. Flat: its
upper bound is within the limit; grows: its lower one is above it; not shown: the limit lies between them, and a longer run would tell. V8 gives little of
its heap back, so that what is resident as a whole shows the worst moment so far: every 30 s, without a collection,

\`\`\`
${readings
  .filter((_, index) => index % 30 === 28)
  .map(
    ({atSeconds, held, sent}) =>
      `${String(Math.round(atSeconds)).padStart(5)} s  ${one(held.rssMiB).padStart(7)} MiB resident  ${one(held.heapMiB).padStart(6)} MiB heap  ${String(held.descriptors).padStart(4)} descriptors  ${sent} sent`,
  )
  .join('\n')}
\`\`\`
`;
};
