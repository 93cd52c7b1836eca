import type {Session} from '../schema/request.ts';
import type {Workload, WorkloadKind, WorkloadSpec} from '../schema/workload.ts';
import {chat} from './chat.ts';
import {embed} from './embed.ts';
import {prefix} from './prefix.ts';
import {repeat} from './repeat.ts';
import {rerank} from './rerank.ts';
import {revisit} from './revisit.ts';
import type {TokenLengthByModel} from './token-estimate.ts';
import {warmed} from './warmed.ts';

/** Those whose requests are made from a seed. A trace's are read from its file (traces/). */
export type SeededKind = Exclude<WorkloadKind, 'trace'>;

type Sessions<Kind extends SeededKind> = (
  spec: Workload<Kind>,
  seed: number,
  tokenLength: TokenLengthByModel,
) => (index: number) => Session | null;

export const workloads = {chat, prefix, repeat, warmed, revisit, embed, rerank} satisfies {
  [Kind in SeededKind]: Sessions<Kind>;
};

/**
 * Sessions by their number, each made when it is asked for; null where there are no more. The same spec, seed and
 * token length give the same bytes on every machine.
 */
export const sessionsOf = (
  spec: Exclude<WorkloadSpec, {kind: 'trace'}>,
  seed: number,
  tokenLength: TokenLengthByModel,
): ((index: number) => Session | null) => {
  // The kind picks the one workload that takes this spec, which the compiler cannot follow through a lookup.
  const sessions = workloads[spec.kind] as Sessions<SeededKind>;
  return sessions(spec, seed, tokenLength);
};

/** How many requests every session of a workload has. */
export const requestsOfEach = (spec: WorkloadSpec): number => {
  switch (spec.kind) {
    case 'prefix':
      return spec.turns - 1 + (spec.branches ?? 1);
    case 'repeat':
      return spec.times;
    case 'warmed':
      return spec.warm ? 2 : 1;
    default:
      return 1;
  }
};
