import {join} from 'node:path';
import {execa} from 'execa';
import {readRehearsal} from '../../records/rehearsal-folder.ts';
import {projectRoot} from '../../root.ts';
import {freePort} from '../../runtimes/free-port.ts';
import type {PodLoad} from '../../schema/rehearsal.ts';
import {processesNaming} from '../test-cutover.ts';
import {rehearseFromPods, saidStage} from './test-rehearse.ts';

const program = join(projectRoot, 'src/commands/rehearse/test-rehearse-with-shards.ts');

/** `cutover …` with the load from two processes of this machine in place of pods. */
export const withShards = (words: readonly string[], environment: Readonly<Record<string, string>> = {}) =>
  execa(process.execPath, [program, ...words], {reject: false, stdin: 'ignore', env: environment});

/** The words that rehearse the tiny plan in `<folder>/run`. */
export const wordsFor = async (folder: string): Promise<readonly string[]> => [
  ...(await rehearseFromPods(folder, `http://192.0.2.1:${await freePort()}`)),
  ...['--load-image', 'never-pulled'],
];

/** Rehearses in `<folder>/run`, and kills the harness with SIGKILL as soon as it says that the stage begins. */
export const killedWithShards = async (folder: string, stage: string): Promise<void> => {
  const running = withShards(await wordsFor(folder));
  await saidStage(running, stage);
  running.kill('SIGKILL');
  await running;
};

/** As the record has it. */
export const podLoadOf = async (folder: string, index = 0): Promise<PodLoad> => {
  const run = join(folder, 'run');
  const load = (await readRehearsal(run, run)).rehearsal.podLoads?.[index];
  if (load === undefined) throw new TypeError(`${run} has no load ${index} from pods`);
  return load;
};

/** Processes that put this load on. */
export const shardsOf = ({shards}: PodLoad) => shards.flatMap(({pod}) => processesNaming(pod));
