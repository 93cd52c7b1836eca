import type {LengthSpec} from '../schema/length.ts';
import {roleOf} from '../schema/request.ts';
import type {LoadSpec} from '../schema/suite.ts';
import type {Trial} from '../schema/trial.ts';
import type {Workload, WorkloadSpec} from '../schema/workload.ts';

/** `512`, `uniform 128–1024`, `lognormal 512 ±0.6 ≤8192`, `lengths.txt (sha256 2f1e5b66)`: how many tokens something has. */
const lengthText = (length: LengthSpec): string => {
  if (typeof length === 'number') return String(length);
  switch (length.draw) {
    case 'uniform':
      return `uniform ${length.min}–${length.max}`;
    case 'lognormal':
      return `lognormal ${length.median} ±${length.sigma} ≤${length.max}`;
    case 'file':
      return `${length.file} (sha256 ${length.sha256.slice(0, 8)})`;
  }
};

const sharedText = ({sharedPrefix = 0, contexts = 1}: Workload<'chat'>): string =>
  sharedPrefix === 0
    ? ''
    : `, ${Math.round(sharedPrefix * 100)} % shared${contexts === 1 ? '' : ` with ${contexts} contexts`}`;

const conversationText = ({turns, branches = 1, thinkSeconds = 0, history}: Workload<'prefix'>): string =>
  [
    ` × ${turns} turns`,
    branches === 1 ? [] : `${branches} branches`,
    thinkSeconds === 0 ? [] : `think ${thinkSeconds} s`,
    history === undefined ? [] : "the engine's own history",
  ]
    .flat()
    .join(', ');

/** What an embed or rerank request asks of its reply, where it leaves it not to the server. */
const replyTexts = (workload: Workload<'embed' | 'rerank'>): readonly string[] => {
  if (workload.kind === 'rerank') return workload.topN === undefined ? [] : [`the best ${workload.topN}`];
  const {dimensions, encoding} = workload;
  return [
    ...(dimensions === undefined ? [] : [`${dimensions} dimensions`]),
    ...(encoding === 'base64' ? [encoding] : []),
  ];
};

/** `chat 512→128`: what each request asks for, in tokens. */
export const workloadText = (workload: WorkloadSpec): string => {
  if (workload.kind === 'trace') return `trace ${workload.file} (sha256 ${workload.sha256.slice(0, 8)})`;
  const prompt = lengthText(workload.promptTokens);
  if (workload.kind === 'embed' || workload.kind === 'rerank')
    return [`${workload.kind} ${workload.batch} × ${prompt}`, ...replyTexts(workload)].join(', ');
  const asked = `${workload.kind} ${prompt}→${lengthText(workload.outputTokens)}`;
  switch (workload.kind) {
    case 'chat':
      return asked + sharedText(workload);
    case 'prefix':
      return asked + conversationText(workload);
    case 'repeat':
      return `${asked} × ${workload.times} times`;
    case 'warmed':
      return `${asked}, ${workload.warm ? 'warmed' : 'not warmed'}`;
    case 'revisit': {
      const {contexts, visits, order} = workload;
      const many = typeof contexts === 'number' ? `${contexts} contexts` : `contexts of ${contexts.ofKvPool} KV pools`;
      return `${asked}, ${many} × ${visits} visits${order === undefined ? '' : ` in ${order} order`}`;
    }
  }
};

/** `3.4/s trace azure.csv (sha256 2f1e5b66) at 2 × its speed`: how the arrivals of an open loop are spaced. */
const arrivalsText = (load: Extract<LoadSpec, {mode: 'open'}>): string => {
  const spacing = `${load.ratePerSecond}/s ${load.arrivals}`;
  if (load.arrivals === 'gamma') return `${spacing}, burstiness ${load.burstiness}`;
  if (load.arrivals !== 'trace') return spacing;
  const {file, sha256, speed} = load.trace;
  return `${spacing} ${file} (sha256 ${sha256.slice(0, 8)})${speed === 1 ? '' : ` at ${speed} × its speed`}`;
};

/** `closed 32, 700 requests`: how the requests are sent. */
export const loadText = (load: LoadSpec): string => {
  const {requests, durationSeconds} = load;
  const how =
    load.mode === 'open'
      ? `${load.mode} ${arrivalsText(load)}${load.maxInFlight === null ? '' : `, at most ${load.maxInFlight} in flight`}`
      : `${load.mode} ${load.concurrency}`;
  const amount = [
    requests === null ? [] : `${requests} requests`,
    durationSeconds === null ? [] : `${durationSeconds} s`,
  ];
  return [how, ...amount.flat()].join(', ');
};

/** `chat#2`: a trial among the others of its run. */
export const trialName = ({suite, repetition}: Pick<Trial, 'suite' | 'repetition'>): string => `${suite}#${repetition}`;

/** Whether the trial's answers are streams of tokens; the others are whole replies of items. */
export const isStreamed = ({workload}: Pick<Trial, 'workload'>): boolean => roleOf(workload.kind) === 'chat';
