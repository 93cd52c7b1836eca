import {readClientJournal, readMemoryJournal} from '../records/read-journal.ts';
import type {StoredRehearsal} from '../records/rehearsal-folder.ts';

async function* stamps({folder: {path}, rehearsal}: StoredRehearsal): AsyncGenerator<number> {
  // Where pods put the load on this is all that the harness itself had written.
  for await (const {atMs} of readMemoryJournal(path)) yield atMs;
  for await (const line of readClientJournal(path, rehearsal)) yield line.event === 'sent' ? line.sentMs : line.endMs;
}

/** When the harness was last known to live: by its journals, its events and its stages. */
export const killedAtMs = async (stored: StoredRehearsal): Promise<number> => {
  const {originMs, stages, events, sittings} = stored.rehearsal;
  let lastMs = Math.max(
    originMs,
    ...sittings.map(({startMs}) => startMs),
    ...stages.map(({startMs, endMs}) => endMs ?? startMs),
    ...events.map(({atMs}) => atMs),
  );
  try {
    for await (const atMs of stamps(stored)) lastMs = Math.max(lastMs, atMs);
  } catch {
    // it was killed before the first request
  }
  return lastMs;
};
