import {CutoverError} from '../errors.ts';
import type {ChatAnswer, ChatServer} from './chat-server.ts';
import {type History, newHistory, withQuestion, withReply} from './conversation.ts';
import {Fallback, type Served} from './fallback.ts';

export interface SessionClientOptions {
  /** The first is asked; the others in their order when it is away. They must serve the same model to continue one another's sessions. */
  readonly servers: readonly [ChatServer, ...ChatServer[]];
  /** Milliseconds on a monotonic clock. */
  readonly clock: {now(): number};
  /** For so long a server that was away is asked after the others; default 10 000. */
  readonly awayMs?: number;
}

export interface AskOptions {
  /** At most so many tokens are answered; null, the default, leaves it to the server. */
  readonly outputTokens?: number | null;
  readonly signal?: AbortSignal;
  /** Told of the answer piece by piece, as it comes. */
  readonly onText?: (text: string) => void;
}

/** The answer to one question of a session. */
export interface SessionReply extends ChatAnswer, Served {
  /** 1 for a session's first answer. */
  readonly turn: number;
}

/** What asking twice about the same beginning showed. */
export interface WarmedPrefix extends Served {
  /** Of the second request. */
  readonly promptTokens: number | null;
  /** Of the second request, found in the server's cache; null where the server does not tell. */
  readonly cachedPromptTokens: number | null;
}

interface Session {
  history: History;
  turns: number;
  lastUsedMs: number;
  answering: boolean;
}

/** Two questions that differ from their first token on: what the second finds in the cache is the prefix. */
const warmingQuestions = ['Hello.', '?'] as const;

/**
 * Conversations with a chat server. Their histories are kept here and resent whole with every question: the server keeps
 * nothing but its prefix cache, so that any other server of the model can go on where one was left.
 */
export class SessionClient {
  readonly #servers: readonly ChatServer[];
  readonly #clock: SessionClientOptions['clock'];
  readonly #fallback: Fallback;
  readonly #sessions = new Map<string, Session>();

  constructor({servers, clock, awayMs = 10_000}: SessionClientOptions) {
    this.#servers = servers;
    this.#clock = clock;
    this.#fallback = new Fallback(servers, () => clock.now(), awayMs);
  }

  /** Sends nothing. Throws BAD_OPTIONS when there is such a session. */
  createSession(id: string, systemPrompt: string | null = null): void {
    if (this.#sessions.has(id))
      throw new CutoverError('BAD_OPTIONS', `There is a session ${JSON.stringify(id)} already`, {
        hint: 'Delete it first, or choose another id.',
      });
    const lastUsedMs = this.#clock.now();
    this.#sessions.set(id, {history: newHistory(systemPrompt), turns: 0, lastUsedMs, answering: false});
  }

  /**
   * Asks the next question of a session. One at a time: a second one would not know the answer to the first. Where it
   * throws, the history is as it was. Throws BAD_OPTIONS for a session that is not there or is still answering and for
   * what a server refuses (4xx), ENGINE_UNREACHABLE when all servers are away, ENGINE_DIED when an answer broke off,
   * TRIAL_FAILED for what is none, and the signal's reason.
   */
  async continueSession(id: string, question: string, options: AskOptions = {}): Promise<SessionReply> {
    const session = this.#sessionOf(id);
    if (session.answering)
      throw new CutoverError('BAD_OPTIONS', `Session ${JSON.stringify(id)} is still answering`, {
        hint: 'Wait for its reply, or abort it.',
      });
    session.answering = true;
    try {
      const asked = withQuestion(session.history, question);
      const answer = await this.#ask(asked, options);
      session.history = withReply(asked, answer.text);
      session.turns += 1;
      return {...answer, turn: session.turns};
    } finally {
      session.answering = false;
      session.lastUsedMs = this.#clock.now();
    }
  }

  /** Everything that was said, the system prompt first. Throws BAD_OPTIONS when there is no such session. */
  historyOf(id: string): History {
    return this.#sessionOf(id).history;
  }

  /** Forgets a session, and returns whether there was one. An answer that is still on its way reaches its asker and nobody else. */
  deleteSession(id: string): boolean {
    return this.#sessions.delete(id);
  }

  /** Forgets the sessions that were not used for longer than that, and returns how many. One that is answering is in use. */
  cleanUpStale(olderThanMs: number): number {
    const nowMs = this.#clock.now();
    const stale = [...this.#sessions].filter(
      ([, {answering, lastUsedMs}]) => !answering && nowMs - lastUsedMs > olderThanMs,
    );
    for (const [id] of stale) this.#sessions.delete(id);
    return stale.length;
  }

  /**
   * Has a server read a system prompt before the first user waits for it, and proves it: of a second request, which
   * shares nothing but that prompt, the server tells how much it had. Two requests of one token. Throws as
   * continueSession does.
   */
  async warmPrefix(prompt: string, {signal}: Pick<AskOptions, 'signal'> = {}): Promise<WarmedPrefix> {
    const [first, second] = warmingQuestions;
    const ask = (question: string) =>
      this.#ask(withQuestion(newHistory(prompt), question), {outputTokens: 1, ...(signal && {signal})});
    await ask(first);
    const {usage, servedBy, fellBack} = await ask(second);
    const {promptTokens, cachedPromptTokens} = usage;
    return {promptTokens, cachedPromptTokens, servedBy, fellBack};
  }

  /**
   * Warms several, at most `concurrency` at a time (default 4), and returns what each came to, in their order. The first
   * failure ends it: no further one is begun, and it is thrown when those that run have ended.
   */
  async warmPrefixes(
    prompts: readonly string[],
    {concurrency = 4, signal}: {readonly concurrency?: number} & Pick<AskOptions, 'signal'> = {},
  ): Promise<WarmedPrefix[]> {
    const warmed: WarmedPrefix[] = [];
    const rest = prompts.entries();
    let failed = false;
    const lane = async () => {
      // The lanes take from one iterator: each prompt once.
      for (const [index, prompt] of rest) {
        if (failed) return;
        warmed[index] = await this.warmPrefix(prompt, signal && {signal}).catch(thrown => {
          failed = true;
          throw thrown;
        });
      }
    };
    const lanes = await Promise.allSettled(Array.from({length: Math.max(1, concurrency)}, lane));
    for (const each of lanes) if (each.status === 'rejected') throw each.reason;
    return warmed;
  }

  /** Whether any server says that it serves. */
  async isAvailable(signal?: AbortSignal): Promise<boolean> {
    for (const server of this.#servers) if (await server.isAvailable(signal)) return true;
    return false;
  }

  #ask(messages: History, {outputTokens = null, signal, onText}: AskOptions) {
    return this.#fallback.ask({messages, outputTokens, signal, onText});
  }

  #sessionOf(id: string): Session {
    const session = this.#sessions.get(id);
    if (session === undefined)
      throw new CutoverError('BAD_OPTIONS', `There is no session ${JSON.stringify(id)}`, {
        hint: 'Create it first; sessions that were not used for long may have been cleaned up.',
      });
    return session;
  }
}
