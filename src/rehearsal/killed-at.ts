import {readClientJournal} from '../records/read-journal.ts';
import type {StoredRehearsal} from '../records/rehearsal-folder.ts';

/** When the harness was last known to live: by its journal, its events and its stages. */
export const killedAtMs = async ({rehearsal, folder}: StoredRehearsal): Promise<number> => {
  const {originMs, stages, events, sittings} = rehearsal;
  let lastMs = Math.max(
    originMs,
    ...sittings.map(({startMs}) => startMs),
    ...stages.map(({startMs, endMs}) => endMs ?? startMs),
    ...events.map(({atMs}) => atMs),
  );
  try {
    for await (const line of readClientJournal(folder.path))
      lastMs = Math.max(lastMs, line.event === 'sent' ? line.sentMs : line.endMs);
  } catch {
    // it was killed before the first request
  }
  return lastMs;
};
