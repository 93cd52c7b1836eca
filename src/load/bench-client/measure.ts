import {openai} from '../../engines/openai.ts';
import {roleOf} from '../../schema/request.ts';
import type {DrainJob} from './drain-client.ts';
import type {Outcome} from './outcome.ts';
import {cores, startChild} from './processes.ts';
import type {Scenario} from './scenarios.ts';

export type ClientName = 'ours' | 'drain';

export interface Measured {
  readonly scenario: Scenario;
  readonly client: ClientName;
  readonly outcome: Outcome;
}

const startWithinMs = 15_000;
const runWithinMs = 90_000;

/** About as long as what the load client sends for 128 tokens. */
const drainBody = JSON.stringify({model: 'mock', stream: true, messages: [{role: 'user', content: 'x'.repeat(600)}]});

const drainJob = ({workload, load, answer}: Scenario, server: Pick<DrainJob, 'port' | 'replyBytes'>): DrainJob => {
  if (load.mode === 'open') throw new Error('the draining client has no open loop');
  return {
    ...server,
    streamed: answer.mode !== 'embed',
    path: openai.path(roleOf(workload.kind)),
    body: drainBody,
    connections: load.concurrency,
    requests: load.requests,
    durationSeconds: load.durationSeconds,
  };
};

/** One client against a server of its own, each in a new process on its own core. */
export const measure = async (scenario: Scenario, client: ClientName): Promise<Measured> => {
  await using server = startChild(cores.server, {role: 'server', answer: scenario.answer});
  const {port, replyBytes} = (await server.answer(startWithinMs)) as Pick<DrainJob, 'port' | 'replyBytes'>;
  const {workload, load, workers} = scenario;
  await using process = startChild(
    workers > 1 ? null : cores.client,
    client === 'ours'
      ? {role: 'ours', job: {port, workload, load, workers}}
      : {role: 'drain', job: drainJob(scenario, {port, replyBytes})},
  );
  return {scenario, client, outcome: (await process.answer(runWithinMs)) as Outcome};
};
