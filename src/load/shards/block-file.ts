import {type FileHandle, open, rm} from 'node:fs/promises';
import {CutoverError, reasonOf} from '../../errors.ts';
import {type LeftFile, leftFile} from './left-file.ts';

/** A load's blocks of samples on the disk, each after its thread and its length (uint32 each, little endian), until they are fetched. */
export interface BlockFile {
  /** Of one of the shard's threads, from 0. Returns at once; a write that fails is thrown by the next call of either. */
  append(thread: number, block: Uint8Array): void;
  /** Everything is on the disk, and the file is closed. Throws RECORD_NOT_WRITABLE. */
  close(): Promise<LeftFile>;
  remove(): Promise<void>;
}

/** A new file at `path`. Throws RECORD_NOT_WRITABLE. */
export const createBlockFile = async (path: string): Promise<BlockFile> => {
  const notWritable = (cause: unknown) =>
    new CutoverError('RECORD_NOT_WRITABLE', `the samples cannot be written to ${path}: ${reasonOf(cause)}`, {
      hint: 'Free some of its disk, which of a pod is its node’s, or cut the load into more shards: each leaves its share alone.',
      cause,
    });
  let file: FileHandle;
  try {
    file = await open(path, 'wx', 0o600);
  } catch (cause) {
    throw notWritable(cause);
  }
  let failure: CutoverError | null = null;
  let written: Promise<void> = Promise.resolve();
  return {
    append(thread, block) {
      if (failure !== null) throw failure;
      const head = Buffer.alloc(8);
      head.writeUInt32LE(thread);
      head.writeUInt32LE(block.length, 4);
      written = written
        .then(async () => {
          await file.appendFile(head);
          await file.appendFile(block);
        })
        .catch((cause: unknown) => {
          failure ??= notWritable(cause);
        });
    },
    async close() {
      await written;
      await file.close();
      if (failure !== null) throw failure;
      // Read once more: while requests were timed, no block's sum was to hold them up.
      return leftFile(path);
    },
    async remove() {
      await written;
      await file.close();
      await rm(path, {force: true});
    },
  };
};
