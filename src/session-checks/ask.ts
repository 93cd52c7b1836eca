import type {Endpoint} from '../engines/engine.ts';
import type {ExaminationContext} from '../examinations/examiner.ts';
import {freePort} from '../runtimes/free-port.ts';
import type {Answer} from '../schema/answer.ts';
import type {AskedChat, ChatServer} from '../sessions/chat-server.ts';
import {Caller, type CallerOptions, serverAt} from './caller.ts';
import {questions, systemPrompt} from './texts.ts';

const outputTokens = 16;
/** So many cannot be told within a millisecond. */
const longOutputTokens = 64;
const staleMs = 3_600_000;

type Server = Pick<ChatServer, 'ask' | 'isAvailable'>;

/** One server in the place of another, from one call to the next. */
const switched = (first: Server) => {
  let current = first;
  return {
    ask: (asked: AskedChat) => current.ask(asked),
    isAvailable: (signal?: AbortSignal) => current.isAvailable(signal),
    to(server: Server) {
      current = server;
    },
  };
};

/** The stack's server, the same with a millisecond's patience, and a place where nobody listens. */
interface Places {
  readonly patient: ChatServer;
  readonly impatient: ChatServer;
  readonly closed: ChatServer;
}

type CallersWith = (servers: CallerOptions['servers'], clock?: {now(): number}) => Caller;

const askAvailability = async (
  callerWith: CallersWith,
  {patient, closed}: Places,
  signal: AbortSignal,
): Promise<void> => {
  for (const [name, server] of Object.entries({server: patient, nobody: closed})) {
    const caller = callerWith({[name]: server});
    await caller.call(`available/${name}`, 'isAvailable', null, null, async () => ({
      value: await caller.client.isAvailable(signal),
    }));
  }
};

const askSession = async (callerWith: CallersWith, {patient, impatient}: Places): Promise<void> => {
  const server = switched(patient);
  const caller = callerWith({server});
  const [first, second, third, last] = questions;
  caller.create('session');
  for (const [index, question] of [first, second, third].entries())
    await caller.ask(`session/turn-${index + 1}`, 'session', question, outputTokens);
  server.to(impatient);
  await caller.ask('session/late', 'session', last, longOutputTokens);
  server.to(patient);
  await caller.ask('session/after-late', 'session', last, outputTokens);
  await Promise.all([
    caller.ask('session/first-of-two', 'session', last, outputTokens),
    caller.ask('session/second-of-two', 'session', last, outputTokens),
  ]);
  await caller.call('session/delete', 'deleteSession', null, null, async () => ({
    value: caller.client.deleteSession('session'),
  }));
  await caller.ask('session/after-delete', 'session', last, outputTokens);
};

const askWarming = async (callerWith: CallersWith, {patient}: Places, signal: AbortSignal): Promise<void> => {
  const caller = callerWith({server: patient});
  const warm = (id: string, ...names: readonly string[]) => {
    const prompts = names.map(name => systemPrompt(caller.promptName(name)));
    const told = names.map(name => caller.promptName(name)).join('; ');
    return caller.call(id, 'warmPrefixes', told, null, async () => {
      const warmed = await caller.client.warmPrefixes(prompts, {signal});
      return {warmed: warmed.map(({promptTokens, cachedPromptTokens}) => ({promptTokens, cachedPromptTokens}))};
    });
  };
  await warm('warm/one', 'warmed');
  await warm('warm/several', 'second warmed', 'third warmed', 'fourth warmed');
  caller.create('warmed');
  await caller.ask('warm/used', 'warmed', questions[1], outputTokens);
};

/** By a clock of its own, on which an hour passes at once. */
const askStale = async (callerWith: CallersWith, {patient}: Places): Promise<void> => {
  let nowMs = 0;
  const caller = callerWith({server: patient}, {now: () => nowMs});
  caller.create('stale');
  nowMs += staleMs;
  caller.create('kept');
  nowMs += 1;
  await caller.call('stale/clean-up', 'cleanUpStale', null, null, async () => ({
    value: caller.client.cleanUpStale(staleMs),
  }));
  await caller.ask('stale/forgotten', 'stale', questions[1], outputTokens);
  await caller.ask('stale/kept', 'kept', questions[1], outputTokens);
};

/** The stack's server under two names, of which the first one is then away. */
const askFallback = async (callerWith: CallersWith, {patient, closed}: Places): Promise<void> => {
  const first = switched(patient);
  const caller = callerWith({first, second: patient});
  caller.create('fallback');
  await caller.ask('fallback/before', 'fallback', questions[0], outputTokens);
  first.to(closed);
  await caller.ask('fallback/away', 'fallback', questions[1], outputTokens);
  await caller.ask('fallback/after', 'fallback', questions[2], outputTokens);
};

const placesOf = async (
  {stack: {engine}, timeoutMs}: ExaminationContext<'sessions'>,
  endpoint: Endpoint,
): Promise<Places> => {
  const whole = {firstByteMs: timeoutMs, wholeMs: timeoutMs};
  return {
    patient: serverAt(engine, endpoint, whole),
    impatient: serverAt(engine, endpoint, {firstByteMs: timeoutMs, wholeMs: 1}),
    closed: serverAt(engine, endpoint, {...whole, url: `http://127.0.0.1:${await freePort()}`}),
  };
};

/** All that the session client does, against the stack's chat server; nothing where the stack has none. */
export const askSessions = async (context: ExaminationContext<'sessions'>): Promise<readonly Answer[]> => {
  const answers: Answer[] = [];
  if (!context.stack.servers.some(({role}) => role === 'chat')) return answers;
  const endpoint = context.stack.endpoint('chat');
  const hear = (answer: Answer) => {
    answers.push(answer);
    context.onAnswer(answer);
  };
  const callerWith: CallersWith = (servers, clock) =>
    new Caller({context, endpoint, servers, hear, ...(clock && {clock})});
  const places = await placesOf(context, endpoint);
  await askAvailability(callerWith, places, context.signal);
  await askSession(callerWith, places);
  await askWarming(callerWith, places, context.signal);
  await askStale(callerWith, places);
  await askFallback(callerWith, places);
  return answers;
};
