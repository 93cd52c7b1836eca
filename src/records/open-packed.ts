import {createReadStream} from 'node:fs';
import {access} from 'node:fs/promises';
import {pipeline, type Readable} from 'node:stream';
import {createGunzip} from 'node:zlib';

const exists = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  );

/** Whether only what was packed from a file is there. */
export const isPacked = async (path: string): Promise<boolean> => !(await exists(path)) && (await exists(`${path}.gz`));

/** A file, or what was packed from it with gzip after the run and stands beside it as `.gz`; null where there is neither. */
export const openPacked = async (path: string): Promise<{readonly file: string; readonly stream: Readable} | null> => {
  if (await exists(path)) return {file: path, stream: createReadStream(path)};
  const packed = `${path}.gz`;
  if (!(await isPacked(path))) return null;
  const gunzip = createGunzip();
  // The reader of `gunzip` sees every error of both, so that there is nothing left to do here.
  pipeline(createReadStream(packed), gunzip, () => {});
  return {file: packed, stream: gunzip};
};
