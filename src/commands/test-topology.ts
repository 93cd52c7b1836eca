import {join} from 'node:path';
import {execa} from 'execa';
import {suites as allSuites} from '../../suites/index.ts';
import {readCommandLine} from '../command-line.ts';
import {engines} from '../engines/index.ts';
import {readSamples} from '../records/read-samples.ts';
import {createRunFolder} from '../records/run-folder.ts';
import {projectRoot} from '../root.ts';
import type {RunRecord} from '../schema/record.ts';
import type {Sample} from '../schema/sample.ts';
import type {TruthRow} from '../simulator/truth.ts';
import {bringUp, chooseWhere} from './bring-up.ts';
import {emptyRecord, noteStack} from './run-record.ts';
import {runTrials} from './run-trials.ts';
import {planStages} from './stages.ts';
import {withLengths} from './workload-with.ts';

/** The interpreter that has the real routers, made where there is none (.ci/run has done so). */
export const topologyPython = async (): Promise<string> =>
  (await execa(join(projectRoot, '.ci/topology-environment'))).stdout;

const never = new AbortController().signal;

/** What the members of a stack of simulated servers know of the requests of its measured trials, by their names. */
export type Truths = ReadonlyMap<string, readonly TruthRow[]>;

const truthOf = async (url: string): Promise<readonly TruthRow[]> => {
  const page = await (await fetch(`${url}/simulator/truth`)).text();
  return page
    .split('\n')
    .filter(line => line !== '')
    .map(line => JSON.parse(line) as TruthRow);
};

/**
 * `bench` in `folder` with a shipped plan on simulated members and its real router, which can still be asked for the
 * truth when the trials are over.
 */
export const benchTopology = async (
  folder: string,
  stackName: string,
  ...words: readonly string[]
): Promise<{record: RunRecord; samples: readonly Sample[]; truths: Truths}> => {
  const python = await topologyPython();
  const argv = ['bench', '--engine', 'sglang', '--stack', stackName, '--runtime', 'embedded', '--python', python];
  const invocation = readCommandLine([...argv, ...words], '1.2.3');
  if (invocation.command !== 'bench') throw new TypeError(words.join(' '));
  const {options} = invocation;
  const engine = engines.sglang;
  const stages = planStages(
    options.suite.map(name => allSuites[name]),
    await withLengths(options),
    {times: null, prompts: null},
  );
  const choice = await chooseWhere(engine, options);
  const run = {runId: 'test', suites: options.suite, options, argv, version: '1.2.3'};
  const record = await emptyRecord({engine: 'sglang', choice, ...run});
  await using opened = await createRunFolder({outDir: folder, reportsDir: folder, runId: 'test'});
  const asked = {engine, choice, options, roles: ['chat'] as const, runId: 'test', folder};
  await using stack = await bringUp({...asked, signal: never, onLine() {}});
  await noteStack(record, stack);
  const progress = {show() {}, finish() {}};
  await runTrials({stack, record, folder: opened, stages, options, progress, interrupted: never});
  const workers = (record.engine.servers[0]?.members ?? []).filter(({part}) => part !== 'router');
  const truths = new Map<string, readonly TruthRow[]>();
  for (const {name, url} of workers) truths.set(name, await truthOf(url));
  return {record, truths, samples: await Array.fromAsync(readSamples(folder))};
};
