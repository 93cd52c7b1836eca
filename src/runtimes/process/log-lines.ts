import {open} from 'node:fs/promises';
import {stripVTControlCharacters} from 'node:util';

/** A log that is still written: each call resolves to the whole lines since the last one, without colours and empty lines. */
export const readNewLines = (path: string) => {
  let position = 0;
  let rest = '';
  const decoder = new TextDecoder(); // a character may be cut in two
  return async (): Promise<readonly string[]> => {
    const file = await open(path).catch(() => null);
    if (file === null) return [];
    try {
      const {size} = await file.stat();
      const {buffer, bytesRead} = await file.read(Buffer.alloc(size - position), 0, size - position, position);
      position += bytesRead;
      const text = rest + decoder.decode(buffer.subarray(0, bytesRead), {stream: true});
      const lines = stripVTControlCharacters(text).split(/[\r\n]+/); // \r: progress bars
      rest = lines.pop() ?? '';
      return lines.filter(line => line.trim() !== '');
    } finally {
      await file.close();
    }
  };
};
