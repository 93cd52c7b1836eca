import type {ServerResponse} from 'node:http';
import type {ChatFacts, Dialect, Problem} from './dialects/dialect.ts';
import {type RequestFault, releaseOf} from './faults.ts';
import type {TokenEvent} from './scheduler.ts';
import type {OpenTruth, TruthOutcome} from './truth.ts';

export interface ChatStreamOptions {
  readonly response: ServerResponse;
  readonly dialect: Dialect;
  readonly facts: Omit<ChatFacts, 'cachedPromptTokens'>;
  readonly texts: readonly string[];
  readonly fault: RequestFault | undefined;
  readonly truth: OpenTruth;
  readonly nowMs: () => number;
}

/** One reply under way. */
export interface ChatReply {
  token(event: TokenEvent): void;
  /** The engine cannot go on. */
  fail(problem: Problem): void;
  /** The engine was told to end it here. */
  abort(): void;
  /** Writes nothing more. */
  stop(): void;
}

const sse = (event: object) => `data: ${JSON.stringify(event)}\n\n`;
const done = 'data: [DONE]\n\n';
const brokenEvent =
  'data: {"id":"broken","object":"chat.completion.chunk","choices":[{"index":0,"delta":{"content":\n\n';

/** Writes one streamed reply, every event as a chunk of its own, with the fault that was drawn for it. */
export const chatStream = (options: ChatStreamOptions): ChatReply => {
  const {response, fault, truth, texts, nowMs} = options;
  const {stream} = options.dialect;
  const releaseAtMs = releaseOf(fault);
  /** Tokens that the fault holds back, in order. */
  let held: {atMs: number; event: TokenEvent}[] = [];
  let timer: NodeJS.Timeout | undefined;
  let over = false;

  const stop = () => {
    over = true;
    clearTimeout(timer);
    held = [];
  };
  const end = (outcome: TruthOutcome) => {
    stop();
    truth.end(outcome);
  };

  /** True when the fault ends the reply here, before its next token. */
  const breaks = (): boolean => {
    if (fault === undefined || fault.kind === 'unavailable' || fault.afterTokens !== truth.outputTokens) return false;
    if (fault.kind === 'malformed-json') response.write(brokenEvent);
    if (fault.kind === 'disconnect') response.destroy();
    if (fault.kind === 'error-event') {
      response.write(sse(stream.error('The simulated engine was told to fail here.', 500)));
      response.end(done);
    }
    if (fault.kind === 'disconnect' || fault.kind === 'error-event') end(`fault:${fault.kind}`);
    return over;
  };

  const write = (event: TokenEvent) => {
    const facts = {...options.facts, cachedPromptTokens: event.cachedPromptTokens};
    if (event.generated === 1) for (const first of stream.beforeTokens(facts)) response.write(sse(first));
    if (breaks()) return;
    const text = texts[event.generated - 1] ?? '';
    const token = sse(stream.token(facts, text, event.generated, event.last));
    truth.tokenMs.push(nowMs());
    response.write(token);
    truth.outputTokens++;
    if (!event.last) return;
    for (const closing of stream.afterTokens(facts, event.generated)) response.write(sse(closing));
    response.end(done);
    const met = fault !== undefined && fault.kind !== 'unavailable' && fault.afterTokens < event.generated;
    end(met ? `fault:${fault.kind}` : 'ok');
  };

  /** What is written here leaves at once: Node would else gather the writes of all streams of a step, and the stamps would lie. */
  const flushed = (work: () => void) => {
    const {socket} = response;
    socket?.cork();
    work();
    socket?.uncork();
  };

  const release = () => {
    flushed(() => {
      for (let next = held[0]; next !== undefined && next.atMs <= nowMs(); next = held[0]) {
        held.shift();
        write(next.event);
      }
    });
    const next = held[0];
    if (next !== undefined) timer = setTimeout(release, Math.max(1, next.atMs - nowMs()));
  };

  if (stream.headAtOnce) response.flushHeaders();

  /** In place of all that would have followed. */
  const close = (events: readonly object[], outcome: TruthOutcome) => {
    if (over) return;
    for (const event of events) response.write(sse(event));
    response.end(done);
    end(outcome);
  };

  return {
    stop,
    fail: ({message, status}) => close([stream.error(message, status)], status < 500 ? 'rejected' : 'failed'),
    abort() {
      const facts = {...options.facts, cachedPromptTokens: truth.cachedPromptTokens};
      const head = truth.outputTokens === 0 ? stream.beforeTokens(facts) : [];
      close([...head, ...stream.aborted(facts, truth.outputTokens)], 'aborted');
    },
    token(event) {
      if (over) return;
      const atMs = releaseAtMs(event.generated, nowMs());
      if (held.length === 0 && atMs <= nowMs()) return flushed(() => write(event));
      held.push({atMs, event});
      if (held.length === 1) release();
    },
  };
};
