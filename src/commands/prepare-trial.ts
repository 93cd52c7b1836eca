import type {Disturbed} from '../disturbances/disturb.ts';
import type {GivenWeights} from '../disturbances/given-weights.ts';
import type {Endpoint} from '../engines/engine.ts';
import type {EngineName} from '../engines/index.ts';
import {readGpuMemoryUsedMiB} from '../gpu/nvidia-smi.ts';
import {arrivalWords} from '../load/arrival-words.ts';
import {type LoadGround, loadFromHere} from '../load/load-ground.ts';
import type {Loaded, LoadProgress} from '../load/run-load.ts';
import type {RunFolder} from '../records/run-folder.ts';
import type {Stack} from '../runtimes/stack.ts';
import type {Finding} from '../schema/finding.ts';
import {roleOf} from '../schema/request.ts';
import type {LoadStage} from '../schema/suite.ts';
import type {Trial} from '../schema/trial.ts';
import type {TransferGrowth} from '../stats/phases.ts';
import {prefixHits} from '../stats/prefix-hits.ts';
import {seededRandom} from '../workloads/random.ts';
import type {TokenLengthByModel} from '../workloads/token-estimate.ts';
import {type PendingUndo, prepareDisturbance} from './disturb-trial.ts';
import {type EndpointReading, memberShares, readEndpoint, transferGrowth} from './member-readings.ts';
import type {PlannedStage} from './stages.ts';
import {watchTrial} from './trial-watch.ts';

/** What all trials of a run are run with. */
export interface TrialContext {
  readonly stack: Stack;
  /** Stacks that this harness has up beside it, on the same cards perhaps. */
  readonly neighbours?: readonly Stack[];
  readonly seed: number;
  readonly timeoutMs: number;
  /** Raw replies of each trial to keep; 0 keeps no /metrics page either. */
  readonly keepRaw: number;
  /** What a stage that changes weights changes them to; absent where none does. */
  readonly newWeights?: GivenWeights;
  /** Gets what brings the old weights back after such a stage; absent where there is none. */
  readonly undo?: PendingUndo;
  /** Threads to spread the load over. */
  readonly workers: number | 'auto';
  /** Where the load comes from; absent: from here. */
  readonly ground?: LoadGround;
  readonly folder: RunFolder;
  readonly signal: AbortSignal;
}

export interface TrialOptions extends TrialContext {
  readonly index: number;
  readonly planned: PlannedStage<LoadStage>;
  /** What prompts are cut by. */
  readonly tokenLength: TokenLengthByModel;
  onProgress(progress: LoadProgress): void;
}

/** What a trial came to, besides its samples. */
export interface RanTrial {
  readonly outcome: Loaded;
  /** KV that prefill servers sent; null where none does, or it is not told. */
  readonly transfers: TransferGrowth | null;
  /** Null where nothing was done to the stack. */
  readonly disturbed: Disturbed | null;
  /** What befell the servers meanwhile. */
  readonly befell: readonly Finding[];
  readonly seen: Pick<Trial, 'metrics' | 'gpuMemoryUsedMiB' | 'gpu' | 'kvUse' | 'prefixHits' | 'members'>;
}

/** A trial that is about to be measured. Disposing of it ends what it started. */
export interface ReadyTrial extends AsyncDisposable {
  readonly options: TrialOptions;
  /** Measures. Its samples are in the folder's spool when it resolves. */
  run(): Promise<RanTrial>;
}

/** The pages before and after are kept where raw replies are. */
const readMetrics = (
  {stack: {engine}, keepRaw, folder, index}: TrialOptions,
  endpoint: Endpoint,
  when: 'before' | 'during' | 'after',
): Promise<EndpointReading> =>
  readEndpoint(engine, endpoint, async (page, member) => {
    if (keepRaw === 0 || when === 'during') return;
    await folder.writeFile(`raw/t${index}.metrics-${when}${member === null ? '' : `.${member}`}.txt`, page);
  });

/** Draws a seed of its own for every purpose, so that no trial repeats another's prompts. */
export const seedFor = (seed: number, ...purpose: (string | number)[]): number =>
  Math.floor(seededRandom(seed, ...purpose)() * 2 ** 31);

/** `drainWarmup` for a trial that is to begin at the same moment as others: a closed loop, too, is drained before. */
export const prepareTrial = async (options: TrialOptions, drainWarmup: boolean): Promise<ReadyTrial> => {
  const {
    index,
    planned,
    stack,
    neighbours = [],
    seed,
    signal,
    folder,
    ground = loadFromHere(options.workers),
  } = options;
  const {engine, nvidiaSmi} = stack;
  const {stage, repetition, traceMs, prompts} = planned;
  const {workload, load} = stage;
  const endpoint = stack.endpoint(roleOf(workload.kind));

  await using opened = new AsyncDisposableStack();
  const servers = await stack.watch?.();
  const memoryBefore = nvidiaSmi && (await readGpuMemoryUsedMiB(nvidiaSmi));
  const metricsBefore = await readMetrics(options, endpoint, 'before');
  const disturbance = opened.use(await prepareDisturbance(options, seedFor(seed, 'kept', index)));
  const watch = opened.use(
    await watchTrial({
      ...{stack, neighbours},
      // The fullest of several pools is no share of all of them.
      kvTokens: endpoint.behind === undefined ? endpoint.facts.kvTokens : null,
      readKvShare: async () => (await readMetrics(options, endpoint, 'during')).folded?.kvUsage ?? null,
    }),
  );
  const sessions = (purpose: 'warmup' | 'measured', idPrefix: string) => ({
    workload,
    seed: seedFor(seed, purpose, stage.name, repetition),
    tokenLength: options.tokenLength,
    trace: prompts?.index ?? null,
    idPrefix,
  });
  /** What was watched until the last reply had ended, which may be long before its samples are here. */
  let watched: ReturnType<typeof watch.end> | null = null;
  /** The raw replies so far. */
  let written: Promise<unknown> = Promise.resolve();
  opened.defer(async () => {
    await written.catch(() => {}); // `run` has thrown it
  });
  const ready = opened.use(
    await ground.prepare(
      {
        trial: index,
        engine: engine.name as EngineName,
        endpoint,
        load,
        warmup: sessions('warmup', `t${index}.warmup.`),
        measured: sessions('measured', `t${index}.`),
        arrivals:
          load.mode === 'open'
            ? arrivalWords([seed, 'arrivals', stage.arrivesAs ?? stage.name, repetition], traceMs)
            : null,
        drainWarmup,
        timeoutMs: options.timeoutMs,
        keepReplies: options.keepRaw,
      },
      {
        signal,
        onBlock: (part, block) => folder.appendBlock({trial: index, part}, block),
        onReply(id, reads) {
          const write = folder.writeFile(`raw/${id}.txt`, Buffer.concat(reads.map(read => read.bytes)));
          written = Promise.all([written, write]);
          written.catch(() => {}); // `run` throws it; without this Node would end the process first
        },
        onEnded() {
          watched ??= watch.end();
          watched.catch(() => {}); // `run` throws it
        },
        onProgress(progress) {
          watch.onProgress(progress);
          options.onProgress(progress);
        },
      },
    ),
  );
  const open = opened.move();
  return {
    options,
    async run() {
      servers?.begin();
      disturbance?.begin();
      const outcome = await ready.run();
      signal.throwIfAborted();
      const disturbed = disturbance && (await disturbance.end());
      watched ??= watch.end();
      // The load of shards inside the cluster did not come through this machine's port-forward.
      const inside = outcome.shards !== null && ground.place === undefined && endpoint.insideUrl !== undefined;
      const befell = ((await servers?.end()) ?? []).filter(({code}) => !inside || code !== 'forward-lag');
      const metricsAfter = await readMetrics(options, endpoint, 'after');
      const memoryAfter = nvidiaSmi && (await readGpuMemoryUsedMiB(nvidiaSmi));
      await written;
      const metrics = {before: metricsBefore.folded, after: metricsAfter.folded};
      return {
        outcome,
        transfers: transferGrowth(metricsBefore, metricsAfter),
        disturbed,
        befell,
        seen: {
          // The probe's requests are in the counters too, and a server that was started anew counts from 0.
          prefixHits:
            endpoint.role === 'chat' && disturbed === null
              ? prefixHits(outcome.prompts, metrics.before, metrics.after)
              : null,
          metrics,
          members: memberShares(metricsBefore, metricsAfter),
          gpuMemoryUsedMiB:
            memoryBefore === null || memoryAfter === null ? null : {before: memoryBefore, after: memoryAfter},
          ...(await watched),
        },
      };
    },
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  };
};
