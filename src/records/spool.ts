import {type FileHandle, open, unlink} from 'node:fs/promises';

/** In the run's folder while trials run; one that is found there later was left by a harness that was killed. */
export const spoolName = 'trial.spool';

/**
 * The file is this head, with the version of the format, then how long samples.jsonl was when the trial began, then the
 * blocks, each after the number of its lane and its length in bytes.
 */
export const spoolHead = Buffer.from('cutover spool 2\n');
export const spoolHeadBytes = spoolHead.length + 8;
export const frameHeadBytes = 8;

/** Where a block comes from: a trial, and a part of its load. */
export interface Lane {
  readonly trial: number;
  /** Below 65,536: one of each thread here, or of each shard. */
  readonly part: number;
}

/** Lanes that a trial has. */
export const partsOfTrial = 2 ** 16;
const laneNumber = ({trial, part}: Lane): number => trial * partsOfTrial + part;
export const laneOf = (number: number): Lane => ({
  trial: Math.floor(number / partsOfTrial),
  part: number % partsOfTrial,
});

/** Takes the samples of the trials that run at the same time, in blocks. */
export interface Spool {
  /** Returns at once; a write that fails later is thrown by `flush`. */
  append(lane: Lane, block: Uint8Array): void;
  /** Everything appended so far is on the disk when it resolves. */
  flush(): Promise<void>;
  /** Closes the file and leaves it where it is. */
  close(): Promise<void>;
  /** Closes the file and takes it away. */
  remove(): Promise<void>;
}

const createSpoolFile = async (path: string, lines: FileHandle): Promise<FileHandle> => {
  const {size} = await lines.stat();
  const length = Buffer.alloc(8);
  length.writeDoubleLE(size);
  const file = await open(path, 'ax');
  await file.appendFile(Buffer.concat([spoolHead, length]));
  return file;
};

/** A new file at `path`, from which the samples come to stand behind those that `lines` (samples.jsonl) holds already. */
export const createSpool = (path: string, lines: FileHandle): Spool => {
  const opened = createSpoolFile(path, lines);
  let written: Promise<unknown> = opened;
  const close = async () => {
    await written.catch(() => {}); // `flush` has thrown it
    await opened.then(
      file => file.close(),
      () => {},
    );
  };
  return {
    append(lane, block) {
      const head = Buffer.alloc(frameHeadBytes);
      head.writeUInt32LE(laneNumber(lane));
      head.writeUInt32LE(block.length, 4);
      written = Promise.all([opened, written]).then(async ([file]) => {
        await file.appendFile(head);
        await file.appendFile(block);
      });
      written.catch(() => {}); // `flush` throws it; without this Node would end the process first
    },
    async flush() {
      await written;
      await (await opened).sync();
    },
    close,
    async remove() {
      await close();
      await unlink(path);
    },
  };
};
