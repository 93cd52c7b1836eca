/**
 * A process of its own for one part of a measurement: `node child.ts` reads its part as one line of JSON from standard
 * input and answers with one line of JSON. Standard input is its lifeline: when that ends, because the benchmark is done
 * with it or is gone, so does the process.
 */
import {createInterface} from 'node:readline';
import type {DrainJob} from './drain-client.ts';
import type {LoadJob} from './load-client.ts';
import type {Answer} from './paced-server.ts';

export type Part =
  | {readonly role: 'server'; readonly answer: Answer}
  | {readonly role: 'ours'; readonly job: LoadJob}
  | {readonly role: 'drain'; readonly job: DrainJob};

/** Each part is imported when it is asked for: the drain's cost must not hold that of loading the load client. */
const play = async (part: Part): Promise<unknown> => {
  switch (part.role) {
    case 'server':
      return (await import('./paced-server.ts')).startPacedServer(part.answer);
    case 'ours':
      return (await import('./load-client.ts')).runOurs(part.job);
    case 'drain':
      return (await import('./drain-outcome.ts')).runDrain(part.job);
  }
};

const lines = createInterface({input: process.stdin});
lines.once('line', async line => process.stdout.write(`${JSON.stringify(await play(JSON.parse(line) as Part))}\n`));
lines.once('close', () => process.exit());
