import {readFile} from 'node:fs/promises';
import {setTimeout as delay} from 'node:timers/promises';

/** Resolves when so many requests have ended by the journal, as far as it is written. */
export const endedIn = async (journal: string, enough: number): Promise<void> => {
  for (;;) {
    const text = await readFile(journal, 'utf8').catch(() => '');
    if (text.split('"event":"ended"').length > enough) return;
    await delay(5);
  }
};
