import {exampleEmbedTrial, exampleRecord, exampleTrial} from '../../records/test-run.ts';
import type {Arm} from '../../schema/block.ts';
import type {DecisionPlan} from '../../schema/plan.ts';
import type {Machine, RunRecord} from '../../schema/record.ts';
import type {ServerMemory} from '../../schema/server.ts';
import type {Distribution, Trial} from '../../schema/trial.ts';
import {summarise} from '../../stats/percentile.ts';
import {type ExampleBlock, vectors} from './test-decided-blocks.ts';

export const exampleMachine: Machine = exampleRecord().machine;

const mean = (values: readonly number[] | undefined): number | null =>
  values === undefined || values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;

const distribution = (values: readonly number[] | undefined): Distribution | null => summarise(values ?? []);

/** Turn by turn the cache has more of what was said before; the candidate keeps a little more of it. */
const turnsOf = (arm: Arm, {turns}: {turns: number}, requests: number): Trial['turns'] =>
  Array.from({length: turns}, (_, place) => {
    const promptTokens = (requests / turns) * (2048 + place * 640);
    const share = place === 0 ? 0 : (arm === 'baseline' ? 0.78 : 0.86) + 0.03 * place;
    return {
      ...{turn: place + 1, n: Math.round(requests / turns), ttftP90Ms: null, e2eP50Ms: 431},
      ttftP50Ms: place === 0 ? 118 : 58 - 2 * place,
      ...{promptTokens: Math.round(promptTokens), cachedPromptTokens: Math.round(promptTokens * share)},
    };
  });

const trialOf = (
  {block, series: {series}}: ExampleBlock,
  {workload, load, name}: DecisionPlan['workloads'][number],
): Trial => {
  const example = vectors.has(name) ? exampleEmbedTrial : exampleTrial;
  const requests = series.e2eMs?.length ?? 0;
  return example({
    ...{index: block.trial, suite: name, repetition: block.pair, workload, load},
    startedAt: new Date(Date.UTC(2026, 10, 22, 9, 0, 0) + block.startMs).toISOString(),
    durationMs: block.endMs - block.startMs - 2000,
    dataHash: String(block.pair).padStart(64, 'd'),
    counts: {ok: requests, failed: 0},
    ttftMs: distribution(series.ttftMs),
    itlMs: null,
    tpotMs: distribution(series.tpotMs),
    e2eMs: distribution(series.e2eMs),
    requestsPerSecond: mean(series.requestsPerSecond),
    itemsPerSecond: mean(series.itemsPerSecond),
    outputTokensPerSecond: mean(series.outputTokensPerSecond),
    turns: workload.kind === 'prefix' ? turnsOf(block.arm, workload, requests) : [],
    prefixHits:
      workload.kind === 'prefix' ? {byRequests: block.arm === 'baseline' ? 0.66 : 0.73, byCounters: null} : null,
    findings: block.void.map(code => ({
      ...{code, severity: 'void' as const, hint: 'Let the card cool down, or cap its power for both sides.'},
      message: 'The GPU held its clocks down for 41 % of the readings (sw-thermal-slowdown)',
    })),
  });
};

const memoryOf = (arm: Arm, role: 'chat' | 'embed' | 'rerank'): ServerMemory => {
  const parts = {
    chat: arm === 'baseline' ? [2994, 9216, 410, 1480] : [3012, 9210, 1190, 1905],
    embed: arm === 'baseline' ? [214, null, 96, 1010] : [214, null, null, 1322],
    rerank: arm === 'baseline' ? [1090, null, 120, 1104] : [1091, null, null, 1433],
  }[role] as [number, number | null, number | null, number];
  const [weightsMiB, kvPoolMiB, graphsMiB, otherMiB] = parts;
  const processMiB = weightsMiB + (kvPoolMiB ?? 0) + (graphsMiB ?? 0) + otherMiB;
  return {weightsMiB, kvPoolMiB, graphsMiB, otherMiB, processMiB, kvTokens: role === 'chat' ? 337_000 : null};
};

const models = {chat: 'qwen2.5-coder-1.5b', embed: 'bge-base-en-v1.5', rerank: 'bge-reranker-v2-m3'} as const;

const engineOf = (arm: Arm, {baseline, candidate}: DecisionPlan): RunRecord['engine'] => {
  const side = arm === 'baseline' ? baseline : candidate;
  const version = arm === 'baseline' ? '0.26.0' : '0.5.18';
  const repository = arm === 'baseline' ? 'vllm/vllm-openai' : 'lmsysorg/sglang';
  const servers = (['chat', 'embed', 'rerank'] as const).map((role, place) => ({
    ...{role, url: `http://127.0.0.1:${8000 + place}`, model: models[role], readySeconds: 61.4 - 9 * place},
    command: ['serve', models[role], '--port', String(8000 + place), '--seed', '0'],
    container: {
      image: `${repository}:v${version}`,
      digest: `sha256:${(arm === 'baseline' ? '5b' : 'c7').repeat(32)}`,
      imageId: `sha256:${'1e'.repeat(32)}`,
    },
    startup: null,
    memory: memoryOf(arm, role),
    facts: {
      ...{
        version,
        model: models[role],
        contextTokens: role === 'embed' ? 512 : 8192,
        reportsCachedTokens: role === 'chat',
      },
      ...{kvTokens: role === 'chat' ? 337_000 : null, pageTokens: role === 'chat' ? 16 : null},
    },
  }));
  const title = arm === 'baseline' ? 'vLLM' : 'SGLang';
  return {name: side.engine, title, version, runtime: 'docker', stack: side.stack, servers};
};

/** Doubling concurrency until it brings no more. */
const sweepOf = (arm: Arm, plan: DecisionPlan, firstTrial: number): {sweeps: RunRecord['sweeps']; trials: Trial[]} => {
  const [stage] = plan.describe;
  if (stage === undefined) return {sweeps: [], trials: []};
  const throughputs =
    arm === 'baseline' ? [2310, 4290, 7130, 10_900, 14_800, 15_600] : [2420, 4480, 7350, 11_500, 16_300, 17_900];
  const levels = throughputs.map((throughput, place) => ({
    ...{trial: firstTrial + place, level: 8 * 2 ** place, throughput, ttftP99Ms: null, goodShare: null},
  }));
  const trials = levels.map(({trial, level, throughput}) =>
    exampleTrial({
      ...{index: trial, suite: `${stage.name}@${level}`, workload: stage.workload, outputTokensPerSecond: throughput},
      load: {mode: 'closed', concurrency: level, requests: level * 4, durationSeconds: null, warmup: 16},
    }),
  );
  const found = {level: 128, throughput: throughputs[4] ?? 0};
  return {
    sweeps: [{stage: stage.name, repetition: 1, spec: stage.sweep, levels, found, stopped: 'no more gain'}],
    trials,
  };
};

/** The run of one side, with a trial for each of its blocks and one for each level of its sweep. */
export const exampleArm = (
  arm: Arm,
  plan: DecisionPlan,
  blocks: readonly ExampleBlock[],
  changes: Partial<RunRecord>,
): RunRecord => {
  const trials = blocks
    .filter(({block}) => block.arm === arm)
    .map(one => {
      const planned = plan.workloads.find(({name}) => name === one.block.workload);
      if (planned === undefined) throw new Error('a block without a workload');
      return trialOf(one, planned);
    });
  const sweep = sweepOf(arm, plan, trials.length);
  const evidence = changes.evidence ?? 'real';
  return exampleRecord({
    runId: `2026-11-22T0900-${arm === 'baseline' ? plan.baseline.engine : plan.candidate.engine}-x${arm[0]}7k`,
    ...{
      startedAt: '2026-11-22T09:00:00.000Z',
      endedAt: '2026-11-22T09:24:00.000Z',
      command: ['decide', '--plan', plan.name],
    },
    engine: engineOf(arm, plan),
    seed: 7,
    suites: plan.workloads.map(({name}) => name),
    tokenLengths: [{role: 'chat', from: 'server', charactersPerToken: 3.78, fixedTokens: 14, tokenizer: null}],
    sweeps: sweep.sweeps,
    trials: [...trials, ...sweep.trials].map(trial => ({...trial, evidence})),
    ...changes,
  });
};
