import type {Arm, Block, BlockSeries, Phase} from '../../schema/block.ts';
import type {DecisionPlan} from '../../schema/plan.ts';
import {normal, seededRandom} from '../../workloads/random.ts';

/** How one workload of the example behaves: the candidate's factors say what changes with it. */
export interface Behaviour {
  /** Medians of the baseline; `tailSigma` is the standard deviation of the logarithm of a request's latency. */
  readonly ttftMs: number | null;
  readonly tpotMs: number | null;
  readonly e2eMs: number;
  readonly tokens: number;
  readonly itemsPerRequest: number;
  readonly requestsPerSecond: number;
  readonly tailSigma: number;
  readonly candidate: {readonly ttft: number; readonly latency: number; readonly rate: number};
}

/** Of the four workloads of suites/migration.ts, as one card would show them. */
export const behaviours: Readonly<Record<string, Behaviour>> = {
  chat: {
    ...{
      ttftMs: 150.8,
      tpotMs: 3.33,
      e2eMs: 573,
      tokens: 128,
      itemsPerRequest: 0,
      requestsPerSecond: 55.7,
      tailSigma: 0.16,
    },
    candidate: {ttft: 0.92, latency: 0.97, rate: 1.03},
  },
  prefix: {
    ...{
      ttftMs: 61.4,
      tpotMs: 2.91,
      e2eMs: 431,
      tokens: 128,
      itemsPerRequest: 0,
      requestsPerSecond: 37.1,
      tailSigma: 0.2,
    },
    candidate: {ttft: 0.71, latency: 0.93, rate: 1.08},
  },
  embed: {
    ...{
      ttftMs: null,
      tpotMs: null,
      e2eMs: 21.7,
      tokens: 0,
      itemsPerRequest: 8,
      requestsPerSecond: 737,
      tailSigma: 0.14,
    },
    candidate: {ttft: 1, latency: 1.17, rate: 0.855},
  },
  rerank: {
    ...{
      ttftMs: null,
      tpotMs: null,
      e2eMs: 48.3,
      tokens: 0,
      itemsPerRequest: 16,
      requestsPerSecond: 165.6,
      tailSigma: 0.11,
    },
    candidate: {ttft: 1, latency: 1.01, rate: 0.992},
  },
};

export const vectors: ReadonlySet<string> = new Set(['embed', 'rerank']);

const rateBins = 64;
const rounded = (value: number) => Number(value.toPrecision(6));

/** The series of one block: log-normal latencies around the side's median, and rates of 64 parts of its window. */
const seriesOfBlock = (
  {ttftMs, tpotMs, e2eMs, tokens, itemsPerRequest, requestsPerSecond, tailSigma, candidate}: Behaviour,
  {arm, seed, requests}: {arm: Arm; seed: string; requests: number},
): BlockSeries['series'] => {
  const change = arm === 'baseline' ? {ttft: 1, latency: 1, rate: 1} : candidate;
  const random = seededRandom(7, seed);
  const level = (sigma: number) => Math.exp(sigma * normal(random));
  const ofBlock = level(0.008);
  const many = (count: number, median: number, sigma: number) =>
    Array.from({length: count}, () => rounded(median * ofBlock * level(sigma)));
  const rates = (perSecond: number) =>
    Array.from({length: rateBins}, () => rounded((perSecond * change.rate * level(0.05)) / ofBlock));
  return {
    ...(tokens > 0 ? {outputTokensPerSecond: rates(requestsPerSecond * tokens)} : {}),
    requestsPerSecond: rates(requestsPerSecond),
    ...(itemsPerRequest > 0 ? {itemsPerSecond: rates(requestsPerSecond * itemsPerRequest)} : {}),
    ...(ttftMs === null ? {} : {ttftMs: many(requests, ttftMs * change.ttft, tailSigma)}),
    ...(tpotMs === null ? {} : {tpotMs: many(requests, tpotMs * change.latency, tailSigma / 4)}),
    e2eMs: many(requests, e2eMs * change.latency, tailSigma / 2),
  };
};

export interface ExampleBlock {
  readonly block: Block;
  readonly series: BlockSeries;
}

/**
 * The blocks of a whole decision with between 'flush': for each pair, each workload's two blocks one after the other, in ABBA
 * order. The second A/B pair of `spoiled` is void on the candidate's side and is made again, last.
 */
export const exampleBlocks = (
  plan: DecisionPlan,
  behaves: Readonly<Record<string, Behaviour>>,
  {abPairs, spoiled, timesRequests}: {abPairs: number; spoiled: string; timesRequests: number},
): readonly ExampleBlock[] => {
  const blocks: ExampleBlock[] = [];
  const trials = {baseline: 0, candidate: 0};
  let clockMs = 4000;
  const add = (phase: Phase, pair: number, {name, load}: DecisionPlan['workloads'][number], place: Arm) => {
    const behaviour = behaves[name];
    if (behaviour === undefined) throw new Error(`the example has no workload ${name}`);
    const arm = phase === 'aa' ? 'baseline' : place;
    const requests = (load.requests ?? 400) * timesRequests;
    const startMs = clockMs;
    clockMs += 3500 + (requests / timesRequests / behaviour.requestsPerSecond) * 1000;
    const isVoid = name === spoiled && place === 'candidate' && pair === plan.aaPairs + 2;
    const planned = {phase, pair, workload: name, place};
    const times = {sitting: 1, startMs: Math.round(startMs), endMs: Math.round(clockMs)};
    blocks.push({
      block: {...planned, arm, trial: trials[arm], ...times, void: isVoid ? ['gpu-throttled'] : []},
      series: {
        ...planned,
        series: seriesOfBlock(behaviour, {arm, seed: `${phase} ${pair} ${name} ${place}`, requests}),
      },
    });
    trials[arm] += 1;
  };
  const addPair = (phase: Phase, pair: number, workload: DecisionPlan['workloads'][number]) => {
    const order: readonly Arm[] = pair % 2 === 1 ? ['baseline', 'candidate'] : ['candidate', 'baseline'];
    for (const place of order) add(phase, pair, workload, place);
  };
  for (let pair = 1; pair <= plan.aaPairs + abPairs; pair += 1)
    for (const workload of plan.workloads) addPair(pair <= plan.aaPairs ? 'aa' : 'ab', pair, workload);
  const again = plan.workloads.find(({name}) => name === spoiled);
  if (again !== undefined) addPair('ab', plan.aaPairs + abPairs + 1, again);
  return blocks;
};
