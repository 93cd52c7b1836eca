import {createHash} from 'node:crypto';
import {createReadStream} from 'node:fs';
import {basename} from 'node:path';
import type {ShardHost} from './shard-host.ts';

/** What is told of a file that a shard left: enough to know that all of it came over. */
export interface LeftFile {
  readonly name: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** Of a file that is complete, read once more. */
export const leftFile = async (path: string): Promise<LeftFile> => {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const read of createReadStream(path)) {
    hash.update(read);
    bytes += read.length;
  }
  return {name: basename(path), bytes, sha256: hash.digest('hex')};
};

/** The bytes of a file that a shard left, as they come; what is wrong with all of them, or null. Throws what the host throws. */
export async function* fetchLeftFile(
  host: Pick<ShardHost, 'fetch'>,
  file: LeftFile,
): AsyncGenerator<Uint8Array, string | null> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of host.fetch(file.name)) {
    hash.update(chunk);
    bytes += chunk.length;
    yield chunk;
  }
  if (bytes !== file.bytes) return `${bytes} of ${file.bytes} bytes came`;
  return hash.digest('hex') === file.sha256 ? null : 'its checksum is another one';
}
