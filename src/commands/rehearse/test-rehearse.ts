import {readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import type {Readable} from 'node:stream';
import {execa} from 'execa';
import {stringify} from 'yaml';
import {readClientJournal} from '../../records/read-journal.ts';
import {readRehearsal} from '../../records/rehearsal-folder.ts';
import {projectRoot} from '../../root.ts';
import type {Rehearsal} from '../../schema/rehearsal.ts';
import type {RehearsalPlan, StrategySpec} from '../../schema/rehearsal-plan.ts';
import {type RehearsalVerdict, rehearsalVerdict} from '../../schema/rehearsal-verdict.ts';
import {processesNaming} from '../test-cutover.ts';

/**
 * As short as a rehearsal can be. What a machine that does other things shows of latency no test may count on: its margins are wide.
 */
export const tiny = (strategy: StrategySpec): RehearsalPlan => ({
  name: `tiny-${strategy.kind}`,
  question: 'Does it work?',
  baseline: {engine: 'vllm', stack: null},
  candidate: {engine: 'sglang', stack: null},
  strategy,
  load: [
    {name: 'embed', workload: {kind: 'embed', batch: 2, promptTokens: 32}, ratePerSecond: 30},
    {name: 'chat', workload: {kind: 'chat', promptTokens: 32, outputTokens: 8}, ratePerSecond: 10},
  ],
  blocks: {count: 3, seconds: 0.3},
  watchSeconds: 1,
  watch: {
    windowSeconds: 1,
    maxErrorShare: 0.3,
    latencyMarginShare: 50,
    hangSeconds: 2,
    parityEverySeconds: 1,
    memoryMiBPerMinute: 512,
  },
  limits: {
    downtimeMs: 60_000,
    failedShare: 1,
    refusedShare: 1,
    detectSeconds: 20,
    rollbackSeconds: 60,
    recoverSeconds: 2,
    rollbackMarginShare: 1,
  },
  answers: {ask: {kind: 'parity', texts: 12, rankings: 8, chats: 0}, required: ['embed']},
  alpha: 0.05,
});

/** The words that rehearse the tiny plan of a strategy in `<folder>/run`. */
export const rehearseIn = async (folder: string, strategy: StrategySpec): Promise<readonly string[]> => {
  const file = join(folder, 'plan.yaml');
  await writeFile(file, stringify(tiny(strategy)));
  return ['rehearse', '--strategy', file, '--port', '0', '--format', 'csv', '--out', join(folder, 'run')];
};

/** The same with its load from two pods, which reach the gateway by this address. */
export const rehearseFromPods = async (folder: string, address: string): Promise<readonly string[]> => {
  const words = await rehearseIn(folder, blueGreen);
  return [
    ...words.filter((word, at) => word !== '--port' && words[at - 1] !== '--port'),
    ...['--load-on', 'k8s', '--shards', '2', '--gateway-address', address],
  ];
};

export const blueGreen: StrategySpec = {kind: 'blue-green'};

/** What lies in `<folder>/run`. */
export const readRun = async (
  folder: string,
): Promise<{readonly rehearsal: Rehearsal; readonly verdict: RehearsalVerdict}> => {
  const run = join(folder, 'run');
  const {rehearsal} = await readRehearsal(run, run);
  return {rehearsal, verdict: rehearsalVerdict.parse(JSON.parse(await readFile(join(run, 'verdict.json'), 'utf8')))};
};

export const stagesPassed = ({stages}: Rehearsal) => stages.map(({name, outcome}) => `${name} ${outcome}`);

/** Ids of the load by how they ended; those without an end are under `open`. */
export const endsOf = async (folder: string): Promise<Readonly<Record<string, number>>> => {
  const run = join(folder, 'run');
  const {rehearsal} = await readRehearsal(run, run);
  const ends = new Map<string, string>();
  for await (const line of readClientJournal(run, rehearsal))
    ends.set(line.id, line.event === 'sent' ? 'open' : line.outcome);
  const counts: Record<string, number> = {};
  for (const end of ends.values()) counts[end] = (counts[end] ?? 0) + 1;
  return counts;
};

/** Processes of cutover that name the folder, helpers of the rehearsal in it. */
export const leftIn = (folder: string) =>
  processesNaming(folder).filter(({command}) => / (up|gateway) --/.test(command));

/** As `npm run rehearse` starts it, with the cache that holds every file stripped and compiled. */
export const cutoverCached = (words: readonly string[], environment: Readonly<Record<string, string>> = {}) =>
  execa(process.execPath, [join(projectRoot, 'src', 'start.js'), ...words], {
    ...{reject: false, stdin: 'ignore', env: environment},
  });

/** Resolves when it says that the stage begins; rejects when it ends before. */
export const saidStage = ({stderr}: {readonly stderr: Readable}, stage: string): Promise<void> =>
  new Promise((resolve, reject) => {
    let text = '';
    stderr.on('data', chunk => {
      text += chunk;
      if (text.split('\n').includes(stage)) resolve();
    });
    stderr.once('end', () => reject(new Error(`it ended before ${stage}:\n${text}`)));
  });

/** Starts the words, kills the harness with SIGKILL as soon as it says that the stage begins, and waits for its end. */
export const killedAt = async (stage: string, words: readonly string[]): Promise<void> => {
  const running = cutoverCached(words);
  await saidStage(running, stage);
  running.kill('SIGKILL');
  await running;
};
