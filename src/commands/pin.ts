import {connectDocker} from '../runtimes/docker/connect/host.ts';
import {imagesFile} from '../runtimes/docker/image/images-file.ts';
import {pinImages} from '../runtimes/docker/image/images-pin.ts';
import type {Terminal} from '../terminal.ts';

interface Where {
  readonly environment?: Readonly<NodeJS.ProcessEnv>;
  readonly file?: string;
}

/**
 * Writes the digests of the engines' images into docker/images.yaml. Throws DOCKER_UNREACHABLE, IMAGE_MISSING, BAD_STACK
 * or INTERRUPTED; the file is then as it was.
 */
export const pin = async (
  terminal: Terminal,
  interrupted: AbortSignal,
  {environment = process.env, file = imagesFile}: Where = {},
): Promise<void> => {
  await using host = await connectDocker(environment, interrupted);
  terminal.note(`asking the registries through ${host.name}`);
  for (const {engine, reference, digest, before} of await pinImages(host, {file, environment, signal: interrupted})) {
    const was = before === null ? 'not pinned before' : before === digest ? 'as before' : `was ${before}`;
    terminal.out(`${engine}: ${reference} is ${digest} (${was})\n`);
  }
  terminal.note(`written to ${file}`);
};
