import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import type Docker from 'dockerode';
import {CutoverError, reasonOf} from '../../../errors.ts';

interface FolderBuild {
  readonly reference: string;
  /** Puts the Dockerfile, and the files of `src` that it copies, into a folder of this build alone. */
  layOut(folder: string): Promise<void>;
  readonly src: readonly string[];
  readonly buildArgs?: Readonly<Record<string, string>>;
}

/** Builds an image from a folder that is laid out for it, and is gone afterwards. Throws IMAGE_MISSING. */
export const buildFolder = async (
  docker: Docker,
  {reference, layOut, src, buildArgs = {}}: FolderBuild,
): Promise<void> => {
  const folder = await mkdtemp(join(tmpdir(), 'cutover-image-'));
  try {
    await layOut(folder);
    const said = await docker.buildImage(
      {context: folder, src: ['Dockerfile', ...src]},
      {t: reference, buildargs: {...buildArgs}},
    );
    await new Promise<void>((resolve, reject) => {
      docker.modem.followProgress(said, (failure: Error | null) => (failure === null ? resolve() : reject(failure)));
    });
  } catch (cause) {
    if (cause instanceof CutoverError) throw cause;
    throw new CutoverError('IMAGE_MISSING', `the image ${reference} could not be built: ${reasonOf(cause)}`, {
      hint: 'Check the space on the disk and the log of the Docker engine.',
      cause,
    });
  } finally {
    await rm(folder, {recursive: true, force: true});
  }
};
