import type {Session} from '../schema/request.ts';
import type {WorkloadKind, WorkloadSpec} from '../schema/suite.ts';
import {chat} from './chat.ts';
import {embed} from './embed.ts';
import {prefix} from './prefix.ts';
import {rerank} from './rerank.ts';

type Workload<Kind extends WorkloadKind> = (
  spec: Extract<WorkloadSpec, {kind: Kind}>,
  seed: number,
) => (index: number) => Session;

export const workloads = {chat, prefix, embed, rerank} satisfies {[Kind in WorkloadKind]: Workload<Kind>};

/** Sessions without end, each made when it is asked for. The same spec and seed give the same bytes on every machine. */
export const sessionsOf = (spec: WorkloadSpec, seed: number): ((index: number) => Session) => {
  // The kind picks the one workload that takes this spec, which the compiler cannot follow through a lookup.
  const workload = workloads[spec.kind] as Workload<WorkloadKind>;
  return workload(spec, seed);
};
