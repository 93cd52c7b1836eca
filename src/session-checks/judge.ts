import type {Judgement} from '../examinations/examiner.ts';
import type {Answer} from '../schema/answer.ts';
import type {Check} from '../schema/examination.ts';
import type {CallReply} from './call-reply.ts';
import {foundBefore, judgeTurns, judgeWarming} from './judge-cache.ts';
import {type Calls, callsOf, check, fail, pass, type Told, unknown, type Verdict} from './told.ts';

/** Of a reply that took no server's time: refused by the client itself. */
const refusedHere = ({reply: {code, requests}, failure}: Told): Verdict =>
  code === 'BAD_OPTIONS' && requests.length === 0
    ? pass(`refused before anything was sent: ${failure}`)
    : fail(requests.length > 0 ? 'it was sent to the server' : `it ended with ${code ?? failure ?? 'an answer'}`);

const availability = ({reply: {value: server}}: Told, {reply: {value: nobody}}: Told): Verdict => {
  if (nobody !== false) return fail('a place where nobody listens is said to serve');
  return server === true
    ? pass('yes of the server, no where nobody listens')
    : fail('the server does not say that it serves');
};

const exactly = (calls: Calls): Verdict => {
  const asked = calls.all.filter(({reply: {resent}}) => resent !== null);
  const changed = asked.filter(({reply: {resent}}) => resent === false).map(({id}) => id);
  if (asked.length === 0) return unknown('no question was answered');
  return changed.length === 0
    ? pass(`in each of ${asked.length} questions`)
    : fail(`not what was said before: ${changed.join(', ')}`);
};

const streamed = (calls: Calls): Verdict => {
  const said = calls.all.flatMap(({reply}) => (reply.said === null ? [] : [reply]));
  const [first] = said;
  if (first === undefined) return unknown('no question was answered');
  if (!first.streams) return {outcome: 'note', detail: 'this engine answers whole: nothing is heard before its end'};
  const wrong = said.filter(reply => reply.said?.pieces === null).length;
  const most = Math.max(...said.map(reply => reply.said?.pieces ?? 0));
  return wrong === 0
    ? pass(`${said.length} answers, in up to ${most} pieces`)
    : fail(`the pieces of ${wrong} of ${said.length} answers do not come to their text`);
};

const lateEnds = ['ENGINE_UNREACHABLE', 'ENGINE_DIED'];

const timedOut = (late: Told, before: Told, after: Told): Verdict => {
  if (late.reply.said !== null) return unknown('the server answered within a millisecond');
  if (!lateEnds.includes(late.reply.code ?? '')) return fail(`it ended with ${late.reply.code ?? late.failure}`);
  const next = after.reply.said?.turn;
  if (next !== (before.reply.said?.turn ?? 0) + 1 || after.reply.resent !== true)
    return fail('the question that came to nothing is in the history');
  return pass(`it ended as ${late.reply.code}, and the same question is turn ${next} when it is asked again`);
};

const oneAtATime = (first: Told, second: Told): Verdict => {
  if (second.reply.code !== 'BAD_OPTIONS') return refusedHere(second);
  return first.reply.said === null ? unknown(`the first one came to nothing: ${first.failure}`) : refusedHere(second);
};

const deleted = ({reply: {value}}: Told, after: Told): Verdict =>
  value === true ? refusedHere(after) : fail('there was nothing to delete');

const cleanedUp = ({reply: {value}}: Told, forgotten: Told, kept: Told): Verdict => {
  if (value !== 1) return fail(`${value} sessions were cleaned up: one of the two was stale`);
  const refused = refusedHere(forgotten);
  if (refused.outcome !== 'pass') return refused;
  return kept.reply.said === null
    ? unknown(`the one that was kept got no answer: ${kept.failure}`)
    : pass('the one that was not used for longer than an hour is gone, the other goes on');
};

const fellBack = (before: Told, away: Told): Verdict => {
  if (before.reply.said === null) return unknown(`no answer before: ${before.failure}`);
  const {said} = away.reply;
  if (said === null) return fail(`no answer when the first one was away: ${away.failure}`);
  if (before.reply.said.servedBy !== 'first' || before.reply.said.fellBack)
    return fail(`before, the answer is said to be by ${before.reply.said.servedBy}`);
  if (said.servedBy !== 'second' || !said.fellBack) return fail(`the answer is said to be by ${said.servedBy}`);
  return said.turn === 2 && away.reply.resent === true
    ? pass(`turn 2 is by the second server with all of turn 1${foundBefore(before, away)}`)
    : fail('the session did not go on where it was');
};

const remembered = ({reply: {said, requests}, failure}: Told): Verdict => {
  if (said === null) return unknown(`no answer: ${failure}`);
  const servers = requests.map(({server}) => server);
  return servers.join() === 'second' ? pass('it was not asked') : fail(`asked: ${servers.join(', ')}`);
};

/** From the question to the server that was away to the same question to the next one. */
const fallbackMsOf = (away: Told | undefined): number | null => {
  const [first, second] = away?.reply.requests ?? [];
  return first === undefined || second === undefined ? null : second.afterMs - first.afterMs;
};

const ofCalls = (calls: Calls): readonly Check[] => [
  check(
    'available',
    'Whether a server serves is told',
    calls.judge(availability, 'available/server', 'available/nobody'),
  ),
  check('history.exact', 'All that was said is sent again, byte for byte', exactly(calls)),
  check('stream', 'An answer is heard as it comes', streamed(calls)),
  check(
    'time-out',
    'An answer that takes too long is an error, and its question was not asked',
    calls.judge(timedOut, 'session/late', 'session/turn-3', 'session/after-late'),
  ),
  check(
    'one-at-a-time',
    'A second question is refused while a session answers',
    calls.judge(oneAtATime, 'session/first-of-two', 'session/second-of-two'),
  ),
  check('delete', 'A session that was deleted is gone', calls.judge(deleted, 'session/delete', 'session/after-delete')),
  check(
    'stale',
    'Sessions that were not used for long are cleaned up, and no others',
    calls.judge(cleanedUp, 'stale/clean-up', 'stale/forgotten', 'stale/kept'),
  ),
  check(
    'fallback',
    'When the first server is away, the session goes on at the second, and the reply says so',
    calls.judge(fellBack, 'fallback/before', 'fallback/away'),
  ),
  check(
    'fallback.remembered',
    'A server that was away is not asked again at once',
    calls.judge(remembered, 'fallback/after'),
  ),
];

export const judgeSessions = (answers: readonly Answer[]): Judgement => {
  const calls = callsOf(answers.map(answer => ({...answer, reply: answer.reply as CallReply})));
  if (calls.all.length === 0)
    return {
      checks: [check('chat.asked', 'There is a server for chat', unknown('the stack has none: nothing was asked'))],
      measures: {},
    };
  const cache = [judgeTurns(calls), judgeWarming(calls)];
  return {
    checks: [...ofCalls(calls), ...cache.flatMap(({checks}) => checks)],
    measures: {
      fallbackMs: fallbackMsOf(calls.of('fallback/away')),
      timeOutMs: calls.of('session/late')?.durationMs ?? null,
      ...Object.assign({}, ...cache.map(({measures}) => measures)),
    },
  };
};
