import {CutoverError} from '../errors.ts';
import {type AskedChat, type ChatAnswer, type ChatServer, ServerAway} from './chat-server.ts';

/** Which server answered, and whether it was another than the first. */
export interface Served {
  /** Its name. */
  readonly servedBy: string;
  readonly fellBack: boolean;
}

/**
 * Asks the first of several servers that is not away. One that was is asked after the others for `awayMs`, so that not
 * every question waits for it again; when all are away, all are asked.
 */
export class Fallback {
  readonly #servers: readonly ChatServer[];
  readonly #nowMs: () => number;
  readonly #awayMs: number;
  readonly #awayUntilMs = new Map<ChatServer, number>();

  constructor(servers: readonly ChatServer[], nowMs: () => number, awayMs: number) {
    this.#servers = servers;
    this.#nowMs = nowMs;
    this.#awayMs = awayMs;
  }

  /** Throws ENGINE_UNREACHABLE when all are away, and what the server that answered throws. */
  async ask(chat: AskedChat): Promise<ChatAnswer & Served> {
    const reasons: string[] = [];
    let cause: unknown;
    for (const server of this.#inOrder()) {
      try {
        const answer = await server.ask(chat);
        this.#awayUntilMs.delete(server);
        return {...answer, servedBy: server.name, fellBack: server !== this.#servers[0]};
      } catch (thrown) {
        if (!(thrown instanceof ServerAway)) throw thrown;
        this.#awayUntilMs.set(server, this.#nowMs() + this.#awayMs);
        reasons.push(`${server.name}: ${thrown.message}`);
        cause = thrown;
      }
    }
    throw new CutoverError('ENGINE_UNREACHABLE', `No server answered (${reasons.join('; ')})`, {
      hint: 'Check that the servers run and that the addresses are right.',
      cause,
    });
  }

  #inOrder(): readonly ChatServer[] {
    const nowMs = this.#nowMs();
    const isAway = (server: ChatServer) => (this.#awayUntilMs.get(server) ?? Number.NEGATIVE_INFINITY) > nowMs;
    return [...this.#servers.filter(server => !isAway(server)), ...this.#servers.filter(isAway)];
  }
}
