import type {ClientLine, GatewayLine} from '../../schema/journal.ts';
import type {MemoryReading, Rehearsal} from '../../schema/rehearsal.ts';
import {type Account, accountsOf} from './accounts.ts';
import {LatencyCells} from './latency-cells.ts';
import {RehearsalTimes} from './times.ts';

/** In the order of their files; read once, and none is kept but the readings of memory. */
interface Lines {
  readonly client: Iterable<ClientLine> | AsyncIterable<ClientLine>;
  readonly gateway: Iterable<GatewayLine> | AsyncIterable<GatewayLine>;
  readonly memory: Iterable<MemoryReading> | AsyncIterable<MemoryReading>;
}

/** All that a rehearsal is judged by and shown from, in tables: what `judgeRehearsal` and `secondsOf` take. */
export interface Evidence extends Account {
  /** As it ended: `status` and the sittings tell a request that was lost from one whose harness was killed. */
  readonly rehearsal: Rehearsal;
  readonly times: RehearsalTimes;
  /** What the servers took, by the gateway. */
  readonly cells: LatencyCells;
  /** Requests to the candidate while it was watched, as long as nobody had struck it. */
  readonly watched: {readonly all: number; readonly failed: number};
  /** Of requests that the candidate was asked for an answer with; null where there were none. */
  readonly lastAskedCandidateMs: number | null;
  /** Copies by the whole second, from the rehearsal's origin, in which they ended. */
  readonly mirrored: ReadonlyMap<number, number>;
  readonly memory: readonly MemoryReading[];
}

/** Cells in the shorter one of the plan's block and the watch. */
const cellsPerStretch = 8;

export const cellMsOf = ({plan: {blocks, watchSeconds}}: Rehearsal): number =>
  Math.max(50, (Math.min(blocks.seconds * 2, watchSeconds) * 1000) / cellsPerStretch);

/** Reads the journals, each once and line by line: a million lines take some hundred MB. */
export const evidenceOf = async ({
  rehearsal,
  client,
  gateway,
  memory,
}: Lines & {readonly rehearsal: Rehearsal}): Promise<Evidence> => {
  const times = new RehearsalTimes(rehearsal);
  const cells = new LatencyCells(cellMsOf(rehearsal));
  const watched = {all: 0, failed: 0};
  const mirrored = new Map<number, number>();
  let lastAskedCandidateMs: number | null = null;
  const account = await accountsOf({rehearsal, client, gateway}, line => {
    cells.add(line, rehearsal.originMs);
    if (line.mirror) {
      const second = Math.floor((line.endMs - rehearsal.originMs) / 1000);
      mirrored.set(second, (mirrored.get(second) ?? 0) + 1);
    }
    if (line.target !== 'candidate' || line.askedMs === null) return;
    if (!line.mirror) lastAskedCandidateMs = Math.max(lastAskedCandidateMs ?? line.askedMs, line.askedMs);
    const {watch, migrationEndMs} = times;
    if (watch === null || line.askedMs < watch.startMs || line.endMs >= Math.min(watch.endMs, migrationEndMs)) return;
    watched.all += 1;
    if (line.outcome !== 'served') watched.failed += 1;
  });
  const readings: MemoryReading[] = [];
  for await (const reading of memory) readings.push(reading);
  return {...account, rehearsal, times, cells, watched, lastAskedCandidateMs, mirrored, memory: readings};
};
