import type {Session} from '../schema/request.ts';

/** The first `requests` requests of a stream of sessions; the last session is cut short if it must be. */
export function* limitRequests(sessions: Iterator<Session>, requests: number): Generator<Session> {
  let left = requests;
  while (left > 0) {
    const next = sessions.next();
    if (next.done) return;
    const session = next.value;
    yield session.requests.length <= left ? session : {...session, requests: session.requests.slice(0, left)};
    left -= session.requests.length;
  }
}
