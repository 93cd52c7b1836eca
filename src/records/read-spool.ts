import {type FileHandle, open} from 'node:fs/promises';
import type {Sample} from '../schema/sample.ts';
import {readSampleBlock} from '../schema/sample-block.ts';
import {mergeByEnd} from './merge-by-end.ts';
import {frameHeadBytes, type Lane, laneOf, spoolHead, spoolHeadBytes} from './spool.ts';
import {unreadable} from './unreadable.ts';

/** A block's place in the file. */
interface Frame extends Lane {
  readonly position: number;
  readonly length: number;
}

interface SpoolReader extends AsyncDisposable {
  /** How long samples.jsonl was before these trials: what it has beyond that are the first of the samples here. */
  readonly linesBytes: number;
  /**
   * Trial by trial, in the order in which the requests ended; those of one part as they came. Only whole blocks, one of
   * each part in memory at a time. Throws RECORD_UNREADABLE for a block that is garbled.
   */
  samples(): AsyncGenerator<Sample>;
}

/** Fewer bytes than asked for where the file ends. */
const readBytes = async (file: FileHandle, position: number, length: number): Promise<Buffer<ArrayBuffer>> => {
  const bytes = Buffer.alloc(length);
  let filled = 0;
  while (filled < length) {
    const {bytesRead} = await file.read(bytes, filled, length - filled, position + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return bytes.subarray(0, filled);
};

/** Those that are whole: a harness that was killed may have left half of a last one. */
const wholeFrames = async (file: FileHandle): Promise<Frame[]> => {
  const {size} = await file.stat();
  const frames: Frame[] = [];
  let position = spoolHeadBytes;
  for (;;) {
    const head = await readBytes(file, position, frameHeadBytes);
    if (head.length < frameHeadBytes) return frames;
    const frame = {...laneOf(head.readUInt32LE()), position: position + frameHeadBytes, length: head.readUInt32LE(4)};
    position = frame.position + frame.length;
    if (position > size) return frames;
    frames.push(frame);
  }
};

/** Groups with the same number, the lowest number first. */
const inOrder = (frames: readonly Frame[], numberOf: (frame: Frame) => number): readonly (readonly Frame[])[] =>
  [...Map.groupBy(frames, numberOf)].sort(([a], [b]) => a - b).map(([, group]) => group);

async function* samplesOf(file: FileHandle, frames: readonly Frame[]): AsyncGenerator<Sample, undefined> {
  for (const {position, length} of frames) yield* readSampleBlock(await readBytes(file, position, length));
}

const unreadableSpool = (path: string, reason: unknown) =>
  unreadable(path, reason, {hint: 'Remove it to read the run without the trial that was broken off.', cause: reason});

const openIfPresent = async (path: string): Promise<FileHandle | null> => {
  try {
    return await open(path);
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return null;
    throw unreadableSpool(path, cause);
  }
};

/** Null where there is none, or one that was cut off before its first block. Throws RECORD_UNREADABLE for anything else. */
export const openSpool = async (path: string): Promise<SpoolReader | null> => {
  const file = await openIfPresent(path);
  if (file === null) return null;
  const head = await readBytes(file, 0, spoolHeadBytes);
  const whole = head.length === spoolHeadBytes;
  if (!whole || !head.subarray(0, spoolHead.length).equals(spoolHead)) {
    await file.close();
    if (!whole) return null;
    throw unreadableSpool(path, 'it is not a spool of samples that this version of cutover reads');
  }
  return {
    linesBytes: head.readDoubleLE(spoolHead.length),
    async *samples() {
      try {
        for (const trial of inOrder(await wholeFrames(file), ({trial}) => trial)) {
          const parts = inOrder(trial, ({part}) => part);
          yield* mergeByEnd(parts.map(frames => samplesOf(file, frames)));
        }
      } catch (cause) {
        throw unreadableSpool(path, cause);
      }
    },
    [Symbol.asyncDispose]: () => file.close(),
  };
};
