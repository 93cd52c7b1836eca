import {join} from 'node:path';
import type {z} from 'zod';
import {reasonOf} from '../errors.ts';
import {type ClientLine, clientLine, type GatewayLine, gatewayLine} from '../schema/journal.ts';
import {type MemoryReading, memoryReading, type Rehearsal} from '../schema/rehearsal.ts';
import {linesUpTo, longestLine} from './lines-up-to.ts';
import {openPacked} from './open-packed.ts';
import {issuesText, unreadable} from './unreadable.ts';

const fix = 'Copy it from the machine that rehearsed once more: it belongs to rehearsal.json.';

const parse = <Line>(schema: z.ZodType<Line>, text: string): Line => {
  const {success, data, error} = schema.safeParse(JSON.parse(text));
  if (!success) throw new Error(issuesText(error));
  return data;
};

/** Line by line, so that a journal of any length can be read. */
async function* readJournal<Line>(folder: string, name: string, schema: z.ZodType<Line>): AsyncGenerator<Line> {
  const path = join(folder, name);
  const opened = await openPacked(path);
  if (opened === null) throw unreadable(path, `neither it nor ${name}.gz exists`, {hint: fix});
  const lines = linesUpTo(opened.stream, longestLine);
  let number = 0;
  let torn = false;
  try {
    for (let line = await lines.next(); line.done !== true; ) {
      number += 1;
      const following = await lines.next();
      torn = following.done === true && following.value;
      yield parse(schema, line.value);
      line = following;
    }
  } catch (cause) {
    if (!torn) throw unreadable(path, `line ${number}: ${reasonOf(cause)}`, {hint: fix, cause});
  } finally {
    await lines.return(false);
  }
}

/** Their names in a rehearsal's folder. */
export const clientJournal = 'client.jsonl';
export const gatewayJournal = 'gateway.jsonl';
export const memoryJournal = 'memory.jsonl';

/** Of the requests that one shard of a sitting sent, from pods: both are counted from 1 in the name. */
export const shardJournal = (sitting: number, shardIndex: number): string =>
  `client.${sitting}.${shardIndex + 1}.jsonl`;

/** A journal of a shard tells of all that its pod counted: of a copy that was cut short something would be missing unseen. */
const readShardJournal = async function* (
  folder: string,
  name: string,
  sent: number | null,
): AsyncGenerator<ClientLine> {
  let told = 0;
  for await (const line of readJournal(folder, name, clientLine)) {
    if (line.event === 'sent') told += 1;
    yield line;
  }
  if (sent !== null && told !== sent)
    throw unreadable(join(folder, name), `it tells of ${told} requests, and its pod had sent ${sent}`, {hint: fix});
};

/*
 * What they hold, packed with gzip or not; also while they grow. A last line that was torn when its writer was killed is
 * left out. All throw RECORD_UNREADABLE, with the place.
 */
/** This machine's, and those of load pods that the rehearsal names: no other one that lies there is of it. */
export const readClientJournal = async function* (
  folder: string,
  {podLoads = []}: Pick<Rehearsal, 'podLoads'> = {},
): AsyncGenerator<ClientLine> {
  yield* readJournal(folder, clientJournal, clientLine);
  for (const {journal, sent = null} of podLoads.flatMap(({shards}) => shards))
    if (journal !== null) yield* readShardJournal(folder, journal, sent);
};
export const readGatewayJournal = (folder: string): AsyncGenerator<GatewayLine> =>
  readJournal(folder, gatewayJournal, gatewayLine);
export const readMemoryJournal = (folder: string): AsyncGenerator<MemoryReading> =>
  readJournal(folder, memoryJournal, memoryReading);
