import type {Endpoint, Engine, MetricsReading} from '../engines/engine.ts';
import {readGpuMemoryUsedMiB} from '../gpu/nvidia-smi.ts';
import {emptyPrefixCache} from '../load/cache-canary.ts';
import {fetchText} from '../load/fetch-text.ts';
import {type LoadProgress, runLoad} from '../load/run-load.ts';
import type {RunFolder} from '../records/run-folder.ts';
import type {Evidence, Finding, Trial} from '../schema/record.ts';
import type {Sample} from '../schema/sample.ts';
import {judgeTrial} from '../stats/findings.ts';
import {summariseTrial} from '../stats/trial.ts';
import {hashing} from '../workloads/data-hash.ts';
import {sessionsOf} from '../workloads/index.ts';
import {seededRandom} from '../workloads/random.ts';
import {prefixIds} from './request-ids.ts';
import type {PlannedTrial} from './stages.ts';

export interface TrialOptions {
  readonly index: number;
  readonly planned: PlannedTrial;
  readonly engine: Engine;
  readonly endpoint: Endpoint;
  readonly evidence: Evidence;
  readonly seed: number;
  readonly timeoutMs: number;
  /** Raw replies of each trial to keep; 0 keeps no /metrics page either. */
  readonly keepRaw: number;
  readonly gpu: boolean;
  readonly folder: RunFolder;
  readonly signal: AbortSignal;
  onProgress(progress: LoadProgress): void;
}

const nothingToReset = {state: {reset: 'not-needed', canary: 'not-asked'}, findings: [] as Finding[]} as const;

/** Null when the engine has no such page or it does not answer: what was not measured is empty. */
const readMetrics = async (
  {engine, endpoint, keepRaw, folder, index}: TrialOptions,
  when: 'before' | 'after',
): Promise<MetricsReading | null> => {
  if (engine.metrics === null) return null;
  const page = await fetchText(endpoint.url + engine.metrics.path, {timeoutMs: 10_000}).catch(() => null);
  if (page === null || page.status >= 400) return null;
  if (keepRaw > 0) await folder.writeFile(`raw/t${index}.metrics-${when}.txt`, page.body);
  return engine.metrics.read(page.body);
};

/** Draws a seed of its own for every purpose, so that no trial repeats another's prompts. */
const seedFor = (seed: number, ...purpose: (string | number)[]) =>
  Math.floor(seededRandom(seed, ...purpose)() * 2 ** 31);

/** One trial: empty the cache and prove it, warm, measure, count. Its samples are in the folder when it returns. */
export const runTrial = async (options: TrialOptions): Promise<Trial> => {
  const {index, planned, engine, endpoint, evidence, seed, signal, folder, gpu} = options;
  const {stage, repetition} = planned;
  const {workload, load} = stage;
  const cache =
    endpoint.role === 'chat'
      ? await emptyPrefixCache({engine, endpoint, seed: seedFor(seed, 'canary', index), signal})
      : nothingToReset;

  const measured = hashing(sessionsOf(workload, seedFor(seed, 'measured', stage.name, repetition)));
  const samples: Sample[] = [];
  const memoryBefore = gpu ? await readGpuMemoryUsedMiB() : null;
  const metricsBefore = await readMetrics(options, 'before');
  const outcome = await runLoad({
    trial: index,
    engine,
    endpoint,
    load,
    warmup: prefixIds(`t${index}.warmup.`, sessionsOf(workload, seedFor(seed, 'warmup', stage.name, repetition))),
    measured: prefixIds(`t${index}.`, measured.sessions),
    random: seededRandom(seed, 'arrivals', stage.name, repetition),
    timeoutMs: options.timeoutMs,
    signal,
    onSample(sample) {
      samples.push(sample);
      folder.appendSample(sample);
    },
    onProgress: options.onProgress,
    keepReplies: {
      first: options.keepRaw,
      keep: (id, reads) => folder.writeFile(`raw/${id}.txt`, Buffer.concat(reads.map(read => read.bytes))),
    },
  });
  signal.throwIfAborted();
  const metricsAfter = await readMetrics(options, 'after');
  const memoryAfter = gpu ? await readGpuMemoryUsedMiB() : null;

  const numbers = summariseTrial({samples, load, workload, steady: outcome.steady});
  const trial = {
    index,
    suite: stage.name,
    repetition,
    evidence,
    startedAt: outcome.startedAt.toISOString(),
    workload,
    load,
    dataHash: measured.digest(),
    ...numbers,
    cache: cache.state,
    metrics: {before: metricsBefore, after: metricsAfter},
    gpuMemoryUsedMiB: memoryBefore === null || memoryAfter === null ? null : {before: memoryBefore, after: memoryAfter},
    client: outcome.client,
  };
  const findings = [
    ...cache.findings,
    ...judgeTrial({trial, samples, plannedRequests: outcome.plannedRequests, unsent: outcome.unsent}),
  ];
  return {...trial, findings};
};
