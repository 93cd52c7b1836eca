import type {Endpoint, Engine} from '../engines/engine.ts';
import {CutoverError, reasonOf} from '../errors.ts';
import type {ExaminationContext} from '../examinations/examiner.ts';
import type {Answer} from '../schema/answer.ts';
import type {AskedChat, ChatAnswer, ChatServer} from '../sessions/chat-server.ts';
import {type History, newHistory, withQuestion, withReply} from '../sessions/conversation.ts';
import {type HttpChatOptions, httpChat} from '../sessions/http-chat.ts';
import {SessionClient} from '../sessions/session-client.ts';
import type {CallReply, HeardRequest} from './call-reply.ts';
import {systemPrompt} from './texts.ts';

interface Heard {
  readonly server: string;
  readonly atMs: number;
  readonly messages: History;
  answer: ChatAnswer | null;
}

/** A chat server of the stack, at `url` where that is another place. */
export const serverAt = (engine: Engine, {url, model, facts}: Endpoint, options: Partial<HttpChatOptions>) =>
  httpChat({url, model, facts, engine, stream: engine.streams, ...options});

export interface CallerOptions {
  readonly context: ExaminationContext<'sessions'>;
  readonly endpoint: Endpoint;
  /** By what the client is to call them, the first one first. */
  readonly servers: Readonly<Record<string, Pick<ChatServer, 'ask' | 'isAvailable'>>>;
  /** Of the client; by default the real one. */
  readonly clock?: {now(): number};
  hear(answer: Answer): void;
}

/** What a call brought, beside the requests that it came to. */
type Outcome = Partial<Pick<CallReply, 'value' | 'said' | 'resent' | 'warmed'>>;

/** Calls a session client and keeps what came of each call, with every request that it sent. */
export class Caller {
  readonly client: SessionClient;
  readonly #options: CallerOptions;
  readonly #heard: Heard[] = [];
  /** What was said in each session by what went in and out here, not by the client's own history. */
  readonly #said = new Map<string, History>();

  constructor(options: CallerOptions) {
    this.#options = options;
    const [first, ...others] = Object.entries(options.servers).map(([name, server]) => this.#overheard(name, server));
    this.client = new SessionClient({
      servers: [first as ChatServer, ...others],
      clock: options.clock ?? performance,
      // What is asked is whether it remembers who was away, and not for how long: a slow answer must not outlast it.
      awayMs: Number.POSITIVE_INFINITY,
    });
  }

  /** Sends nothing. */
  create(session: string): void {
    const prompt = systemPrompt(this.promptName(session));
    this.client.createSession(session, prompt);
    this.#said.set(session, newHistory(prompt));
  }

  async ask(id: string, session: string, question: string, outputTokens: number): Promise<void> {
    const {signal} = this.#options.context;
    const asked = withQuestion(this.#said.get(session) ?? [], question);
    await this.call(id, 'continueSession', this.promptName(session), question, async heard => {
      const pieces: string[] = [];
      const onText = (text: string) => void pieces.push(text);
      const reply = await this.client.continueSession(session, question, {outputTokens, signal, onText});
      this.#said.set(session, withReply(asked, reply.text));
      const {turn, text, servedBy, fellBack, usage} = reply;
      return {
        said: {turn, text, servedBy, fellBack, usage, pieces: pieces.join('') === text ? pieces.length : null},
        resent: heard().every(({messages}) => JSON.stringify(messages) === JSON.stringify(asked)),
      };
    });
  }

  /** Calls the client and keeps what it came to; what it throws is kept too, but for the signal's reason. */
  async call(
    id: string,
    name: string,
    prompt: string | null,
    question: string | null,
    run: (heard: () => readonly Heard[]) => Promise<Outcome>,
  ): Promise<void> {
    const {context, endpoint, hear} = this.#options;
    const [first, startedMs] = [this.#heard.length, performance.now()];
    const heard = () => this.#heard.slice(first);
    const [outcome, thrown] = await run(heard).then(
      (outcome): [Outcome, unknown] => [outcome, null],
      (thrown: unknown): [Outcome, unknown] => [{}, thrown],
    );
    context.signal.throwIfAborted();
    const durationMs = performance.now() - startedMs;
    const requests = heard().map(
      ({server, atMs, answer}): HeardRequest => ({server, afterMs: atMs - startedMs, usage: answer?.usage ?? null}),
    );
    const reply: CallReply = {
      prompt,
      pageTokens: endpoint.facts.pageTokens,
      streams: context.stack.engine.streams,
      ...{value: null, said: null, resent: null, warmed: []},
      ...outcome,
      code: thrown instanceof CutoverError ? thrown.code : null,
      requests,
    };
    hear({
      id,
      pass: 1,
      about: 'chat',
      request: {
        ...{method: 'call', path: name, contentType: null},
        ...{body: question, bytes: Buffer.byteLength(question ?? '')},
      },
      status: requests.some(({usage}) => usage !== null) ? 200 : null,
      failure: thrown === null ? null : reasonOf(thrown),
      durationMs,
      reply,
    });
  }

  /** Another one in every repetition, whose prompts are then not in the cache yet. */
  promptName(what: string): string {
    const {seed, repetition} = this.#options.context;
    return `Seed ${seed}, repetition ${repetition}, ${what}`;
  }

  #overheard(name: string, server: Pick<ChatServer, 'ask' | 'isAvailable'>): ChatServer {
    return {
      name,
      ask: async (asked: AskedChat) => {
        const heard: Heard = {server: name, atMs: performance.now(), messages: asked.messages, answer: null};
        this.#heard.push(heard);
        heard.answer = await server.ask(asked);
        return heard.answer;
      },
      isAvailable: signal => server.isAvailable(signal),
    };
  }
}
