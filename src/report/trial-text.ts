import type {Trial} from '../schema/record.ts';
import type {LoadSpec, WorkloadSpec} from '../schema/suite.ts';

/** `chat 512→128`: what each request asks for, in tokens. */
export const workloadText = (workload: WorkloadSpec): string => {
  const {kind, promptTokens} = workload;
  switch (kind) {
    case 'chat':
      return `${kind} ${promptTokens}→${workload.outputTokens}`;
    case 'prefix':
      return `${kind} ${promptTokens}→${workload.outputTokens} × ${workload.turns} turns`;
    case 'embed':
    case 'rerank':
      return `${kind} ${workload.batch} × ${promptTokens}`;
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
export const isStreamed = ({workload}: Pick<Trial, 'workload'>): boolean =>
  workload.kind === 'chat' || workload.kind === 'prefix';
