import {open, rename, rm} from 'node:fs/promises';
import {notWritable, throwNotWritable} from '../../../records/write-inside.ts';
import type {ClientLine} from '../../../schema/journal.ts';
import {fetchLeftFile} from '../left-file.ts';
import type {ShardHost, ShardWord} from '../shard-host.ts';
import {shiftLine, type ToHere} from './shift-stamps.ts';

export type KeptWord = Extract<ShardWord, {kind: 'kept'}>;

interface Fetched {
  readonly host: Pick<ShardHost, 'fetch'>;
  readonly word: Pick<KeptWord, 'file' | 'counts'>;
  readonly toHere: ToHere;
}

/** Writes the journal by this machine's clock; what is wrong with it, or null. */
const fetchOnce = async ({host, word: {file, counts}, toHere}: Fetched, path: string): Promise<string | null> => {
  const written = await open(path, 'w').catch(throwNotWritable(path));
  const chunks = fetchLeftFile(host, file);
  const decoder = new TextDecoder();
  let rest = '';
  let sent = 0;
  const shifted = (text: string): string => {
    const line = JSON.parse(text) as ClientLine;
    if (line.event === 'sent') sent += 1;
    return `${JSON.stringify(shiftLine(line, toHere))}\n`;
  };
  try {
    for (;;) {
      const {done, value} = await chunks.next();
      if (done) {
        if (value !== null) return value;
        await written.sync();
        return sent === counts.sent ? null : `it tells of ${sent} requests, and ${counts.sent} were counted`;
      }
      const lines = (rest + decoder.decode(value, {stream: true})).split('\n');
      rest = lines.pop() ?? '';
      await written.appendFile(lines.map(shifted).join('')).catch((cause: unknown) => {
        throw notWritable(path, cause);
      });
    }
  } catch (thrown) {
    if (thrown instanceof SyntaxError) return 'a line of it was torn';
    throw thrown;
  } finally {
    await written.close();
    await chunks.return(null);
  }
};

/**
 * Brings a shard's whole journal to `path`, by this machine's clock. There is none at `path`, or the whole of it: it may be fetched again,
 * and nothing is there twice. Throws RECORD_NOT_WRITABLE, what the host throws, and an Error for one that came wrong twice.
 */
export const fetchJournal = async (fetched: Fetched, path: string): Promise<void> => {
  const part = `${path}.part`;
  const wrong = (await fetchOnce(fetched, part)) && (await fetchOnce(fetched, part));
  if (wrong === null) return rename(part, path).catch(throwNotWritable(path));
  await rm(part, {force: true});
  throw new Error(`its journal was fetched twice, and each time ${wrong}`);
};
