import type {AskedChat, ChatAnswer, ChatServer} from './chat-server.ts';

/** A server that a test plays: every question waits for what the test says to it. */
export class PlayedServer implements ChatServer {
  readonly name: string;
  /** In the order in which they came; never removed. */
  readonly asked: AskedChat[] = [];
  available = true;
  readonly #waiting: PromiseWithResolvers<ChatAnswer>[] = [];

  constructor(name: string) {
    this.name = name;
  }

  ask(chat: AskedChat): Promise<ChatAnswer> {
    this.asked.push(chat);
    const waiting = Promise.withResolvers<ChatAnswer>();
    this.#waiting.push(waiting);
    return waiting.promise;
  }

  async isAvailable(): Promise<boolean> {
    return this.available;
  }

  /** Answers question `index`. */
  answer(
    index: number,
    text: string,
    {promptTokens = null, cachedPromptTokens = null}: Partial<ChatAnswer['usage']> = {},
  ) {
    const usage = {promptTokens, outputTokens: null, cachedPromptTokens};
    this.#waiting[index]?.resolve({text, finishReason: 'stop', usage});
  }

  fail(index: number, thrown: unknown) {
    this.#waiting[index]?.reject(thrown);
  }
}
