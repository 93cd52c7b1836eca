import type {SessionSource} from '../schema/request.ts';
import type {WorkloadSpec} from '../schema/suite.ts';
import type {DataHash} from './data-hash.ts';
import {sessionsOf} from './index.ts';

/** Sessions in words that can be written down and sent to another thread. */
export interface PlannedSessions {
  readonly workload: WorkloadSpec;
  readonly seed: number;
  /**
   * What all ids begin with. Workloads number theirs from 0 in every trial, and ids go out as x-request-id: only one that
   * is unique in the run finds its request in a server's log, and two alike are refused while both run.
   */
  readonly idPrefix: string;
}

/** The sessions of a plan. Those that are asked for are added to `hash`, with the ids of the workload. */
export const plannedSessions = ({workload, seed, idPrefix}: PlannedSessions, hash: DataHash | null): SessionSource => {
  const sessionAt = sessionsOf(workload, seed);
  const requestsOfEach = workload.kind === 'prefix' ? workload.turns : 1;
  return {
    at(index) {
      const session = sessionAt(index);
      hash?.add(index, session);
      const requests = session.requests.map(request => ({...request, id: idPrefix + request.id}));
      return {id: idPrefix + session.id, requests};
    },
    requestsBefore: index => index * requestsOfEach,
  };
};
