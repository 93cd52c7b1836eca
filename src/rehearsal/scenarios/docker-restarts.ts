import {execFile} from 'node:child_process';
import {promisify} from 'node:util';
import {CutoverError, reasonOf} from '../../errors.ts';
import {machineNow} from '../../load/clock.ts';
import {type Scenario, underLoad} from './scenario.ts';

const run = promisify(execFile);
const withinMs = 120_000;

/** The user's own command: how an engine is restarted is the machine's affair. */
const restart = async (command: string): Promise<{atMs: number; text: string}> => {
  const atMs = machineNow();
  try {
    await run('/bin/sh', ['-c', command], {timeout: withinMs});
  } catch (cause) {
    throw new CutoverError('BAD_OPTIONS', `--docker-restart-command "${command}" failed: ${reasonOf(cause)}`, {
      hint: 'Try it in a shell; it is to return when the Docker engine serves again.',
      cause,
    });
  }
  return {atMs, text: `the Docker engine was restarted: ${command}`};
};

export const dockerRestarts: Scenario = {
  ...underLoad,
  name: 'docker-restarts',
  title: 'the Docker engine restarts, and both sides with it',
  expects: () => ['died', 'errors'],
  takesBaseline: true,
  appliesTo(_, runtime, {dockerRestartCommand}) {
    if (runtime !== 'docker')
      return `it needs containers, and the candidate's runtime is ${runtime}. Add --runtime docker`;
    return dockerRestartCommand !== null || 'nothing says how. Add --docker-restart-command "systemctl restart docker"';
  },
  strike: ({run: {parts}}) => restart(parts.dockerRestartCommand ?? ''),
};
