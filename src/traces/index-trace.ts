import {stat} from 'node:fs/promises';
import {FloatColumn} from '../schema/float-column.ts';
import type {TraceIndex} from '../schema/trace.ts';
import {BlockSize} from './block-size.ts';
import {readTrace, type Trace} from './read-trace.ts';
import {type RowFormat, rowFormatOf} from './row-format.ts';
import {badTrace, shownLine, type TimedLine} from './timed-lines.ts';

/** A trace that tells of prompts too, and where each of its rows stands. */
export interface PromptTrace extends Trace {
  readonly index: TraceIndex;
  /** Tokens that one of its hash ids stands for; of a block of text, where it has none. */
  readonly blockTokens: number;
  /** The names of the fields that lengths and prefixes are taken from. */
  readonly fields: string;
}

/** What is read at once when the rows are asked for. */
const stretchBytes = 16 * 1024;

const lengthNames =
  'For prompts of a trace its lines need lengths: "input_length" and "output_length" (Mooncake), ContextTokens and GeneratedTokens (Azure), "Request tokens" and "Response tokens" (BurstGPT), or prompt_tokens and output_tokens under a header of that name. To replay its times only, choose another suite: --suite chat.';

/**
 * Reads a trace file once, from its beginning to its end. Kept are the times (8 bytes a row) and 16 bytes for every 16 kB
 * of the file, however many rows it has. Throws BAD_OPTIONS with the line and the fix.
 */
export const indexTrace = async (path: string): Promise<PromptTrace> => {
  const blockSize = new BlockSize();
  const stretches = {rows: new FloatColumn(), bytes: new FloatColumn()};
  let format: RowFormat | null = null;
  let firstLine = '';
  let rows = 0;
  let stretchEnd = 0;

  const onLine = ({text, number, offset, first}: TimedLine) => {
    if (format === null) {
      firstLine = first;
      format = rowFormatOf(first);
      if (format === null) throw badTrace(path, `it names no lengths: ${shownLine(first)}`, lengthNames);
    }
    const row = format.read(text);
    if (typeof row === 'string')
      throw badTrace(
        path,
        `line ${number} has ${row}: ${shownLine(text)}`,
        'Correct or delete the line; a request that failed where the trace was taken has no tokens to replay.',
      );
    if (!blockSize.add(row))
      throw badTrace(
        path,
        `line ${number} has ${row.hashIds.length} hash ids for ${row.promptTokens} tokens, which no block size fits that fits the lines before it`,
        'All hash ids of a file stand for the same number of tokens, a power of two; only the last one of a line may stand for fewer.',
      );
    if (offset >= stretchEnd) {
      stretches.rows.push(rows);
      stretches.bytes.push(offset);
      stretchEnd = offset + stretchBytes;
    }
    rows += 1;
  };

  const trace = await readTrace(path, onLine);
  const [stretchRows, stretchStarts] = [stretches.rows.view.slice(), stretches.bytes.view.slice()];
  const {size: bytes} = await stat(path);
  return {
    ...trace,
    index: {path, bytes, rows, firstLine, stretchRows, stretchBytes: stretchStarts},
    blockTokens: blockSize.tokens,
    fields: (format as RowFormat | null)?.what ?? '',
  };
};
