import type {Examiner} from '../examinations/examiner.ts';
import {askSessions} from './ask.ts';
import type {CallReply} from './call-reply.ts';
import {judgeSessions} from './judge.ts';

/** What the session client promises, by what a server answers it. */
export const sessions: Examiner<'sessions'> = {
  questionOf: ({request, reply}) => [request.path, request.body, (reply as CallReply).prompt],
  ask: askSessions,
  judge: judgeSessions,
};
