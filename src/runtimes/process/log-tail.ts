import {open} from 'node:fs/promises';
import {stripVTControlCharacters} from 'node:util';

const tailBytes = 128 * 1024;
const tailLines = 200;

/** The last lines of a log, oldest first, without colours and empty lines; empty when there is no such file. */
export const readLogTail = async (path: string): Promise<readonly string[]> => {
  const file = await open(path).catch(() => null);
  if (file === null) return [];
  try {
    const {size} = await file.stat();
    const position = Math.max(0, size - tailBytes);
    const {buffer, bytesRead} = await file.read(Buffer.alloc(size - position), 0, size - position, position);
    const lines = stripVTControlCharacters(buffer.toString('utf8', 0, bytesRead)).split(/[\r\n]+/); // \r: progress bars
    if (position > 0) lines.shift(); // cut somewhere in its middle
    return lines.filter(line => line.trim() !== '').slice(-tailLines);
  } finally {
    await file.close();
  }
};
