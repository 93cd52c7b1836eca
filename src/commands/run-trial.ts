import {availableParallelism} from 'node:os';
import type {Endpoint, MetricsReading} from '../engines/engine.ts';
import type {EngineName} from '../engines/index.ts';
import {readGpuMemoryUsedMiB} from '../gpu/nvidia-smi.ts';
import {fetchText} from '../http/fetch-text.ts';
import {planArrivals} from '../load/arrivals.ts';
import {emptyPrefixCache} from '../load/cache-canary.ts';
import {type LoadProgress, runLoad} from '../load/run-load.ts';
import {workerCount} from '../load/workers/worker-count.ts';
import type {RunFolder} from '../records/run-folder.ts';
import type {Stack} from '../runtimes/stack.ts';
import type {Finding, Trial} from '../schema/record.ts';
import {roleOf} from '../schema/request.ts';
import {judgeTrial} from '../stats/findings.ts';
import {TrialSummary} from '../stats/trial.ts';
import {seededRandom} from '../workloads/random.ts';
import type {PlannedTrial} from './stages.ts';
import {watchTrial} from './trial-watch.ts';

export interface TrialOptions {
  readonly index: number;
  readonly planned: PlannedTrial;
  readonly stack: Stack;
  readonly seed: number;
  readonly timeoutMs: number;
  /** Raw replies of each trial to keep; 0 keeps no /metrics page either. */
  readonly keepRaw: number;
  /** Threads to spread the load over. */
  readonly workers: number | 'auto';
  readonly folder: RunFolder;
  readonly signal: AbortSignal;
  onProgress(progress: LoadProgress): void;
}

const nothingToReset = {state: {reset: 'not-needed', canary: 'not-asked'}, findings: [] as Finding[]} as const;

/** Null when the engine has no such page or it does not answer: what was not measured is empty. */
const readMetrics = async (
  {stack: {engine}, keepRaw, folder, index}: TrialOptions,
  {url}: Endpoint,
  when: 'before' | 'during' | 'after',
): Promise<MetricsReading | null> => {
  if (engine.metrics === null) return null;
  const page = await fetchText(url + engine.metrics.path, {timeoutMs: 10_000}).catch(() => null);
  if (page === null || page.status >= 400) return null;
  if (keepRaw > 0 && when !== 'during') await folder.writeFile(`raw/t${index}.metrics-${when}.txt`, page.body);
  return engine.metrics.read(page.body);
};

/** Draws a seed of its own for every purpose, so that no trial repeats another's prompts. */
const seedFor = (seed: number, ...purpose: (string | number)[]) =>
  Math.floor(seededRandom(seed, ...purpose)() * 2 ** 31);

/** One trial: empty the cache and prove it, warm, measure, count. Its samples are in the folder when it returns. */
export const runTrial = async (options: TrialOptions): Promise<Trial> => {
  const {index, planned, stack, seed, signal, folder} = options;
  const {engine, evidence, nvidiaSmi} = stack;
  const {stage, repetition, traceMs} = planned;
  const {workload, load} = stage;
  const endpoint = stack.endpoint(roleOf(workload.kind));
  const cache =
    endpoint.role === 'chat'
      ? await emptyPrefixCache({engine, endpoint, seed: seedFor(seed, 'canary', index), signal})
      : nothingToReset;

  const memoryBefore = nvidiaSmi && (await readGpuMemoryUsedMiB(nvidiaSmi));
  const metricsBefore = await readMetrics(options, endpoint, 'before');
  await using watch = await watchTrial({
    stack,
    kvTokens: endpoint.facts.kvTokens,
    readKvShare: async () => (await readMetrics(options, endpoint, 'during'))?.kvUsage ?? null,
  });
  const sessions = (purpose: 'warmup' | 'measured', idPrefix: string) => ({
    workload,
    seed: seedFor(seed, purpose, stage.name, repetition),
    idPrefix,
  });
  const {dataHash, ...outcome} = await runLoad(
    {
      trial: index,
      engine: engine.name as EngineName,
      endpoint,
      load,
      warmup: sessions('warmup', `t${index}.warmup.`),
      measured: sessions('measured', `t${index}.`),
      arrivalsMs:
        load.mode === 'open' ? planArrivals(load, seededRandom(seed, 'arrivals', stage.name, repetition), traceMs) : [],
      timeoutMs: options.timeoutMs,
      keepReplies: options.keepRaw,
    },
    workerCount(options.workers, load, availableParallelism()),
    {
      signal,
      onBlock: folder.appendBlock,
      onReply: (id, reads) => folder.writeFile(`raw/${id}.txt`, Buffer.concat(reads.map(read => read.bytes))),
      onProgress(progress) {
        watch.onProgress(progress);
        options.onProgress(progress);
      },
    },
  );
  signal.throwIfAborted();
  const watched = await watch.end();
  const metricsAfter = await readMetrics(options, endpoint, 'after');
  const memoryAfter = nvidiaSmi && (await readGpuMemoryUsedMiB(nvidiaSmi));

  const summary = new TrialSummary({load, workload, steady: outcome.steady, whole: outcome.whole});
  await folder.endTrial(sample => summary.add(sample));
  const trial = {
    index,
    suite: stage.name,
    repetition,
    evidence,
    startedAt: outcome.startedAt.toISOString(),
    workload,
    load,
    dataHash,
    ...summary.numbers(),
    cache: cache.state,
    metrics: {before: metricsBefore, after: metricsAfter},
    gpuMemoryUsedMiB: memoryBefore === null || memoryAfter === null ? null : {before: memoryBefore, after: memoryAfter},
    ...watched,
    client: {...outcome.client, scheduleLagP99Ms: summary.scheduleLagP99Ms},
  };
  const findings = [
    ...cache.findings,
    ...judgeTrial({
      trial,
      facts: summary.facts,
      plannedRequests: outcome.plannedRequests,
      unsent: outcome.unsent,
    }),
  ];
  return {...trial, findings};
};
