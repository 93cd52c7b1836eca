import {chmod, mkdir, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {freePort} from '../../runtimes/free-port.ts';
import {programFile} from '../../runtimes/process/test-programs/test-stack.ts';

/**
 * What --baseline-python takes: beside it lies a `vllm` that says which process it is, and then does what the shell script says; in it
 * `node simulator.ts` is the simulated engine, with the arguments of a real one.
 */
export const program = async (folder: string, name: string, script: string): Promise<string> => {
  const place = join(folder, `${name}-environment`);
  await mkdir(place);
  const file = join(place, 'vllm');
  const simulator = `"${process.execPath}" "${programFile('simulator.ts')}" "$@"`;
  await writeFile(file, `#!/bin/sh\necho "start of process $$"\n${script.replace('node simulator.ts', simulator)}\n`);
  await chmod(file, 0o755);
  return join(place, 'python');
};

/** A launch plan with one chat server on a port that is free. */
export const stackOf = async (folder: string, name: string): Promise<string> => {
  const server = {role: 'chat', model: 'test/model', port: await freePort(), arguments: {}};
  const file = join(folder, `${name}.yaml`); // JSON is YAML
  await writeFile(file, JSON.stringify({name, engine: 'vllm', description: 'A test program', servers: [server]}));
  return file;
};
