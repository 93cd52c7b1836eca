import type {Session} from '../schema/request.ts';

/**
 * Sessions whose ids begin with `prefix`. Workloads number theirs from 0 in every trial, and ids go out as x-request-id:
 * only one that is unique in the run finds its request in a server's log, and two alike are refused while both run.
 */
export function* prefixIds(prefix: string, sessions: Iterator<Session>): Generator<Session> {
  for (let next = sessions.next(); next.done !== true; next = sessions.next()) {
    const {id, requests} = next.value;
    yield {id: prefix + id, requests: requests.map(request => ({...request, id: prefix + request.id}))};
  }
}
