import type {Usage} from '../engines/engine.ts';
import type {History} from './conversation.ts';

/** One chat request. */
export interface AskedChat {
  readonly messages: History;
  /** At most so many tokens are answered; null leaves it to the server. */
  readonly outputTokens: number | null;
  /** Ends the request; it then rejects with the signal's reason. */
  readonly signal: AbortSignal | undefined;
  /** Told of the answer piece by piece, as it comes. */
  readonly onText: ((text: string) => void) | undefined;
}

export interface ChatAnswer {
  readonly text: string;
  /** As the server says it; null where it does not. */
  readonly finishReason: string | null;
  readonly usage: Usage;
}

/** The server gave no answer, and had begun none: another one may be asked. */
export class ServerAway extends Error {
  override readonly name = 'ServerAway';
}

/** A server of a stack, as the session client asks it. */
export interface ChatServer {
  /** What replies and errors call it, for example its URL. */
  readonly name: string;
  /** Throws ServerAway, or a CutoverError where asking another server would be no use, or too late. */
  ask(chat: AskedChat): Promise<ChatAnswer>;
  /** Whether it says of itself that it serves. Never rejects but for an aborted signal. */
  isAvailable(signal?: AbortSignal): Promise<boolean>;
}
