/** `npm run fake-engine`: builds the image where the Docker CLI would, and prints its name. */
import {CutoverError} from '../../src/errors.ts';
import {connectDocker} from '../../src/runtimes/docker/connect/host.ts';
import {buildFakeEngine} from '../../src/runtimes/docker/image/fake-image.ts';

try {
  await using host = await connectDocker(process.env, new AbortController().signal);
  process.stdout.write(`${await buildFakeEngine(host.docker)}\n`);
} catch (thrown) {
  if (!(thrown instanceof CutoverError)) throw thrown;
  process.stderr.write(`${thrown.code}: ${thrown.message}\n${thrown.hint ?? ''}\n`);
  process.exitCode = thrown.exitCode;
}
