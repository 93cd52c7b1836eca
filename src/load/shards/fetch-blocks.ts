import {createReadStream} from 'node:fs';
import {open, rm} from 'node:fs/promises';
import {CutoverError, reasonOf} from '../../errors.ts';
import {rowsOfBlock} from '../../schema/sample-block.ts';
import {fetchLeftFile, type LeftFile} from './left-file.ts';
import type {DoneWord} from './shard-ear.ts';
import type {ShardHost} from './shard-host.ts';

const headBytes = 8;

/** Samples of one of a shard's threads, from 0: each thread's are in the order in which they ended. */
interface ThreadBlock {
  readonly thread: number;
  readonly block: Uint8Array<ArrayBuffer>;
}

/** The disk of this machine: no shard is at fault. */
const notWritable = (path: string, cause: unknown): CutoverError =>
  new CutoverError('RECORD_NOT_WRITABLE', `the samples of a shard cannot be written to ${path}: ${reasonOf(cause)}`, {
    hint: 'Make room on the disk of the results, or give another one with --out.',
    cause,
  });

/** Writes the file to `path`; what is wrong with it, or null. Throws RECORD_NOT_WRITABLE, and what the host throws. */
const fetchOnce = async (host: ShardHost, file: LeftFile, path: string): Promise<string | null> => {
  const written = await open(path, 'w').catch((cause: unknown) => {
    throw notWritable(path, cause);
  });
  const chunks = fetchLeftFile(host, file);
  try {
    for (;;) {
      const {done, value} = await chunks.next();
      if (done) return value;
      await written.writeFile(value).catch((cause: unknown) => {
        throw notWritable(path, cause);
      });
    }
  } finally {
    await written.close();
    await chunks.return(null);
  }
};

/** The blocks of a file, each after its thread and its length (uint32 each, little endian). It holds one at a time. Throws for a file that ends within one. */
export async function* readBlocks(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<ThreadBlock, undefined> {
  let held: Buffer[] = [];
  let bytes = 0;
  /** The first so many bytes of what is held, in a buffer of their own. */
  const take = (length: number): Uint8Array<ArrayBuffer> => {
    const all = held.length === 1 && held[0] !== undefined ? held[0] : Buffer.concat(held);
    held = [all.subarray(length)];
    bytes -= length;
    return Uint8Array.from(all.subarray(0, length));
  };
  let head: {thread: number; length: number} | null = null;
  for await (const chunk of chunks) {
    held.push(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length));
    bytes += chunk.length;
    for (;;) {
      if (head === null && bytes >= headBytes) {
        const view = new DataView(take(headBytes).buffer);
        head = {thread: view.getUint32(0, true), length: view.getUint32(4, true)};
      }
      if (head === null || bytes < head.length) break;
      yield {thread: head.thread, block: take(head.length)};
      head = null;
    }
  }
  if (head !== null || bytes > 0) throw new Error('a file of samples ends within a block');
}

const rowsOf = async (path: string): Promise<number> => {
  let rows = 0;
  for await (const {block} of readBlocks(createReadStream(path))) rows += rowsOfBlock(block);
  return rows;
};

/**
 * Brings a shard's samples to `path`; one whose length or checksum is not what the shard told of it is fetched once more, and one that has
 * not as many as it counted is of no use. Resolves with why they could not be had; null when they are there. Throws RECORD_NOT_WRITABLE.
 */
export const fetchFile = async (
  host: ShardHost,
  {file, outcome: {counts}}: DoneWord,
  path: string,
): Promise<unknown> => {
  try {
    const wrong = (await fetchOnce(host, file, path)) && (await fetchOnce(host, file, path));
    if (wrong !== null) throw new Error(`its samples were fetched twice, and each time ${wrong}`);
    const [counted, found] = [counts.ok + counts.failed, await rowsOf(path)];
    if (found !== counted) throw new Error(`it counted ${counted} requests, and its samples are ${found}`);
    return null;
  } catch (thrown) {
    await rm(path, {force: true});
    if (thrown instanceof CutoverError && thrown.code === 'RECORD_NOT_WRITABLE') throw thrown;
    return thrown;
  }
};

/** Hands out the blocks of a file that was fetched, and removes it. */
export const readBlockFile = async (
  path: string,
  onBlock: (thread: number, block: Uint8Array<ArrayBuffer>) => void,
): Promise<void> => {
  for await (const {thread, block} of readBlocks(createReadStream(path))) onBlock(thread, block);
  await rm(path);
};
