import {createHash} from 'node:crypto';
import {createReadStream, createWriteStream} from 'node:fs';
import {rm} from 'node:fs/promises';
import {pipeline} from 'node:stream/promises';
import type {DoneWord} from './shard-ear.ts';
import type {ShardHost} from './shard-host.ts';

type ShardFile = DoneWord['file'];

const headBytes = 8;

/** Samples of one of a shard's threads, from 0: each thread's are in the order in which they ended. */
interface ThreadBlock {
  readonly thread: number;
  readonly block: Uint8Array<ArrayBuffer>;
}

/** Writes the file to `path`; what is wrong with it, or null. */
const fetchOnce = async (host: ShardHost, file: ShardFile, path: string): Promise<string | null> => {
  const hash = createHash('sha256');
  let bytes = 0;
  await pipeline(
    host.fetch(file.name),
    async function* (chunks) {
      for await (const chunk of chunks) {
        hash.update(chunk);
        bytes += chunk.length;
        yield chunk;
      }
    },
    createWriteStream(path),
  );
  if (bytes !== file.bytes) return `${bytes} of ${file.bytes} bytes came`;
  return hash.digest('hex') === file.sha256 ? null : 'its checksum is another one';
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

/**
 * Brings a shard's samples to `path`; one whose length or checksum is not what the shard told of it is fetched once more. Resolves with
 * why they could not be had; null when they are there.
 */
export const fetchFile = async (host: ShardHost, file: ShardFile, path: string): Promise<unknown> => {
  try {
    const wrong = (await fetchOnce(host, file, path)) && (await fetchOnce(host, file, path));
    return wrong === null ? null : new Error(`its samples were fetched twice, and each time ${wrong}`);
  } catch (thrown) {
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
