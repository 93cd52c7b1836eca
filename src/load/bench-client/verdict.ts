import type {Measured} from './measure.ts';
import {cpuPerMillion} from './outcome.ts';
import type {ProgramRun} from './program-run.ts';
import type {Results} from './rows.ts';

/** What a token event may cost the load client, over what it costs to read its bytes. */
const mostOverDrain = 3;
/** Where that is judged: engines write token by token, and here nothing but the client's work lies between two. */
export const judgedScenario = 'null, token by token';

const incomplete = ({scenario, client, outcome}: Measured): string[] => {
  const {load, answer} = scenario;
  const who = `${scenario.name}, ${client}`;
  const {completed, failed, failure, served, events, eventsSent, streamsHeld} = outcome;
  const asked = load.requests ?? served;
  const streams = answer.mode === 'paced' && load.mode === 'closed' ? load.concurrency : null;
  return [
    ...(failed > 0 ? [`${who}: ${failed} requests failed (${failure})`] : []),
    ...(completed + failed !== asked ? [`${who}: ${completed + failed} of ${asked} requests ended`] : []),
    ...(served !== asked ? [`${who}: the server read ${served} requests of ${asked}`] : []),
    ...(events !== eventsSent ? [`${who}: ${events} events counted, ${eventsSent} sent`] : []),
    ...(streams !== null && streamsHeld !== streams ? [`${who}: held ${streamsHeld} of ${streams} streams`] : []),
  ];
};

const totalCpuPerMillion = (measured: readonly Measured[], client: Measured['client']) => {
  const outcomes = measured
    .filter(({scenario, client: by}) => scenario.name === judgedScenario && by === client)
    .map(({outcome}) => outcome);
  return cpuPerMillion({
    cpuSeconds: outcomes.reduce((sum, {cpuSeconds}) => sum + cpuSeconds, 0),
    events: outcomes.reduce((sum, {events}) => sum + events, 0),
  });
};

/** CPU per event of the load client over the draining client's in the same run; null where one of them did not run. */
export const ratioOverDrain = (measured: readonly Measured[]): number | null => {
  const [ours, drained] = [totalCpuPerMillion(measured, 'ours'), totalCpuPerMillion(measured, 'drain')];
  return ours === null || drained === null ? null : ours / drained;
};

const broken = ({asked, served, exitCode}: ProgramRun): string[] =>
  exitCode === 0 && served === asked
    ? []
    : [`npm run bench ended with ${exitCode ?? 'no exit code'}; the server read ${served} requests of ${asked}`];

/** What was lost or not counted, in words. */
export const losses = ({measured, programs}: Results): string[] => [
  ...measured.flatMap(incomplete),
  ...programs.flatMap(broken),
];

/** What is wrong with the client: its losses, and a price for an event that no machine explains. */
export const complaints = (results: Results): string[] => {
  const ratio = ratioOverDrain(results.measured);
  const lost = losses(results);
  if (ratio === null) return [...lost, `"${judgedScenario}" was not measured with both clients`];
  return ratio > mostOverDrain
    ? [...lost, `an event costs ${ratio.toFixed(2)} times what draining it costs, more than ${mostOverDrain}`]
    : lost;
};
