import {readGatewayJournal} from '../records/read-journal.ts';
import type {GatewayLine} from '../schema/journal.ts';
import type {RehearsalRun} from './rehearsal-run.ts';

const read = new WeakMap<RehearsalRun, Promise<readonly GatewayLine[]>>();

const readLines = async ({rehearsal, folder}: RehearsalRun): Promise<readonly GatewayLine[]> => {
  const blocks = rehearsal.blocks.filter(({when}) => when === 'before');
  const lines: GatewayLine[] = [];
  for await (const line of readGatewayJournal(folder.path))
    if (blocks.some(({startMs, endMs}) => line.receivedMs >= startMs && line.receivedMs < endMs)) lines.push(line);
  return lines;
};

/**
 * The gateway's lines of the blocks before the cutover: what latency is compared with. From its journal, so that a rehearsal that goes on
 * has them too; read once.
 */
export const beforeLines = (run: RehearsalRun): Promise<readonly GatewayLine[]> => {
  const lines = read.get(run) ?? readLines(run);
  read.set(run, lines);
  return lines;
};
