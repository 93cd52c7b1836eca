import type {Session, SessionSource} from '../schema/request.ts';
import type {TraceIndex} from '../schema/trace.ts';
import type {WorkloadSpec} from '../schema/workload.ts';
import type {DataHash} from './data-hash.ts';
import {requestsOfEach} from './index.ts';
import type {TokenLengthByModel} from './token-estimate.ts';

/** Sessions in words that can be written down and sent to another thread. */
export interface PlannedSessions {
  readonly workload: WorkloadSpec;
  readonly seed: number;
  /** What prompts are cut by. */
  readonly tokenLength: TokenLengthByModel;
  /** Where the requests of a trace stand; needed for that workload only. */
  readonly trace?: TraceIndex | null;
  /**
   * What all ids begin with. Workloads number theirs from 0 in every trial, and ids go out as x-request-id: only one that
   * is unique in the run finds its request in a server's log, and two alike are refused while both run.
   */
  readonly idPrefix: string;
}

/** The sessions of a plan, as `sessionAt` makes them. Those that are asked for are added to `hash`, with the ids of the workload. */
export const plannedSessions = (
  {workload, idPrefix}: PlannedSessions,
  sessionAt: (index: number) => Session | null,
  hash: DataHash | null,
): SessionSource => {
  const each = requestsOfEach(workload);
  return {
    at(index) {
      const session = sessionAt(index);
      if (session === null) return null;
      hash?.add(index, session);
      const requests = session.requests.map(request => ({...request, id: idPrefix + request.id}));
      return {...session, id: idPrefix + session.id, requests};
    },
    requestsBefore: index => index * each,
  };
};
