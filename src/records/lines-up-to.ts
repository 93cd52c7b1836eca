import type {Readable} from 'node:stream';

/** Of a line of text, in characters: no line that cutover writes comes near it, and a string may be only eight times as long. */
export const longestLine = 64 * 2 ** 20;

/**
 * The lines of a text, without their line feeds. Throws an Error for one that is longer, before all of it is in memory.
 * Returns whether the last one had no line feed: its writer may have been killed in the middle of it.
 */
export async function* linesUpTo(stream: Readable, longest: number): AsyncGenerator<string, boolean> {
  let rest = '';
  const fits = (line: string): string => {
    if (line.length > longest) throw new Error(`it is longer than ${longest} characters`);
    return line;
  };
  for await (const chunk of stream.setEncoding('utf8')) {
    const lines = (chunk as string).split('\n');
    const last = lines.pop() ?? '';
    for (const line of lines) {
      yield fits(rest + line);
      rest = '';
    }
    rest = fits(rest + last);
  }
  if (rest !== '') yield rest;
  return rest !== '';
}
