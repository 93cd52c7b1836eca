/**
 * `npm run load-image [-- --pinned-base] [-- --archive FILE]`: builds the image for load pods (load.Dockerfile) where the Docker CLI would,
 * prints its name and its size, and writes it to FILE as `docker save` does, for a node or a registry that this machine does not reach.
 */
import {createWriteStream} from 'node:fs';
import {pipeline} from 'node:stream/promises';
import {parseArgs} from 'node:util';
import {CutoverError} from '../src/errors.ts';
import {connectDocker} from '../src/runtimes/docker/connect/host.ts';
import {buildLoadImage} from '../src/runtimes/docker/image/load-image.ts';

const {values} = parseArgs({options: {'pinned-base': {type: 'boolean', default: false}, archive: {type: 'string'}}});

try {
  await using host = await connectDocker(process.env, new AbortController().signal);
  const {reference, name} = await buildLoadImage(host.docker, {pinnedBase: values['pinned-base']});
  const {Size} = await host.docker.getImage(reference).inspect();
  process.stdout.write(`${name} (${reference}) ${(Size / 1e6).toFixed(1)} MB\n`);
  if (values.archive !== undefined)
    await pipeline(await host.docker.getImage(name).get(), createWriteStream(values.archive));
} catch (thrown) {
  if (!(thrown instanceof CutoverError)) throw thrown;
  process.stderr.write(`${thrown.code}: ${thrown.message}\n${thrown.hint ?? ''}\n`);
  process.exitCode = thrown.exitCode;
}
