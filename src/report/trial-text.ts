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

/** `closed 32, 700 requests`: how the requests are sent. */
export const loadText = (load: LoadSpec): string => {
  const {requests, durationSeconds} = load;
  const how =
    load.mode === 'open'
      ? `${load.mode} ${load.ratePerSecond}/s ${load.arrivals}${load.maxInFlight === null ? '' : `, at most ${load.maxInFlight} in flight`}`
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
