import {plans} from '../../../suites/plans.ts';
import {quick} from '../../../suites/quick.ts';
import {readCommandLine} from '../../command-line.ts';
import {CutoverError} from '../../errors.ts';
import type {OpenShardsOptions} from '../../load/shards/open-shards.ts';
import type {Options} from '../../options.ts';
import {readDecision, type StoredDecision} from '../../records/read-decision.ts';
import {readSamples} from '../../records/read-samples.ts';
import type {Block} from '../../schema/block.ts';
import type {DecisionPlan, PlannedWorkload} from '../../schema/plan.ts';
import type {Terminal} from '../../terminal.ts';
import {decide} from '../decide.ts';

const load = {mode: 'closed', concurrency: 4, requests: 4, durationSeconds: null, warmup: 2} as const;

export const chat: PlannedWorkload = {
  name: 'chat',
  workload: {kind: 'chat', promptTokens: 32, outputTokens: 8},
  load,
  metrics: [{metric: 'e2eP50Ms', marginShare: 0.2}],
};

export const embed: PlannedWorkload = {
  name: 'embed',
  workload: {kind: 'embed', batch: 4, promptTokens: 32},
  load: {...load, concurrency: 2},
  metrics: [{metric: 'itemsPerSecond', marginShare: 0.2}],
};

/**
 * As small as a decision can be. A machine that does other things makes blocks void, and pairs are made again: how many there are no
 * test may count on, but where it leaves no spare pair. The budget keeps that from going on for minutes.
 */
export const tiny: DecisionPlan = {
  ...quick,
  workloads: [chat],
  aaPairs: 2,
  lookPairs: [2],
  spareRuns: 20,
  budgetGpuMinutes: 0.3,
  answers: null,
};

/** A decision is many small loads; on a machine that does other things at the same time they are slow. */
export const patience = 60_000;

export const optionsOf = (words: readonly string[]): Options => {
  const read = readCommandLine(words, '1.2.3');
  if (read.command === 'print') throw new TypeError(words.join(' '));
  return read.options;
};

export interface Said {
  stdout: string;
  readonly notes: string[];
  /** Null where it threw. */
  exitCode: number | null;
  thrown: unknown;
}

interface Here {
  /** The plan in place of `quick`, which is asked for. */
  readonly plan?: DecisionPlan;
  /** It is interrupted when it gets the block of that number (from 1) ready. */
  readonly interruptAtBlock?: number;
  /** Options that the words cannot name together with the others. */
  readonly change?: Partial<Options>;
  readonly openHosts?: OpenShardsOptions['openHosts'];
}

/** `decide` with these options in this process; a new one is of the tiny plan, or `plan`, on simulated engines unless it is said otherwise. */
export const decideHere = async (
  words: readonly string[],
  {plan = tiny, interruptAtBlock, change, openHosts}: Here = {},
): Promise<Said> => {
  const argv = ['decide', ...words];
  const said: Said = {stdout: '', notes: [], exitCode: null, thrown: null};
  const interruption = new AbortController();
  let begun = 0;
  const terminal: Terminal = {
    out: text => {
      said.stdout += text;
    },
    note: line => said.notes.push(line),
    warn: line => said.notes.push(line),
    progress: {
      show(line) {
        said.notes.push(line);
        if (line.includes('getting ready') && ++begun === interruptAtBlock)
          interruption.abort(new CutoverError('INTERRUPTED', 'interrupted by SIGINT'));
      },
      finish() {},
    },
  };
  try {
    said.exitCode = await decide({
      ...{options: {...optionsOf(argv), ...change}, argv, version: '1.2.3', terminal, reportsDir: '/nowhere'},
      ...(openHosts !== undefined && {openHosts}),
      plans: {...plans, quick: plan},
      interrupted: interruption.signal,
      readOptions: optionsOf,
    });
  } catch (thrown) {
    said.thrown = thrown;
  }
  return said;
};

/** Words that begin a decision of the plan given, with no reports. */
export const begin = ['--plan', 'quick', '--runtime', 'embedded', '--format', 'csv'];

export const read = (folder: string): Promise<StoredDecision> => readDecision(folder, folder);

/** Of what was sent in each block. */
export const hashOf = ({records}: StoredDecision, {arm, trial}: Block) => records[arm].trials[trial]?.dataHash;

export const samplesPerTrial = async (folder: string) => {
  const samples = await Array.fromAsync(readSamples(folder));
  return [...Map.groupBy(samples, ({trial}) => trial)].map(([trial, of]) => [trial, of.length]);
};
