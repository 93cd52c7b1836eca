import {type SseEvent, SseReader} from '../http/sse.ts';

const fieldOf = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined;

const parsed = (data: string): unknown => {
  try {
    return JSON.parse(data);
  } catch {
    return undefined;
  }
};

/**
 * What a streamed chat answer said, from its bytes in any pieces. The content alone: what a model thought aloud
 * (`reasoning`) is no part of what it said, and chat templates leave it out of a history.
 */
export class ReplyText {
  text = '';
  finishReason: string | null = null;
  /** The last `usage` object; null where none came. */
  usage: unknown = null;
  /** `[DONE]` was seen. */
  done = false;
  /** The data of an event that says that the answer failed, or that is none; null where there was no such event. */
  broken: string | null = null;

  readonly #sse = new SseReader();

  /** The answer came to its end: nothing more is said. Never of a body that is no stream. */
  get ended(): boolean {
    return this.done || this.finishReason !== null;
  }

  /** Returns the text that these bytes added. The bytes may be overwritten then. Throws EventTooLong. */
  feed(bytes: Uint8Array): string {
    const before = this.text.length;
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let at = 0; at < buffer.length; ) {
      at = this.#sse.read(buffer, at, buffer.length);
      if (this.#sse.event !== null) this.#onEvent(this.#sse.event);
    }
    return this.text.slice(before);
  }

  #onEvent({name, data}: SseEvent): void {
    if (data === '[DONE]') {
      this.done = true;
      return;
    }
    const chunk = parsed(data);
    const failed =
      name === 'error' || (fieldOf(chunk, 'error') ?? null) !== null || fieldOf(chunk, 'object') === 'error';
    if (failed || typeof chunk !== 'object' || chunk === null) {
      this.broken ??= data;
      return;
    }
    this.usage = fieldOf(chunk, 'usage') ?? this.usage;
    const choice = fieldOf(fieldOf(chunk, 'choices'), '0');
    const content = fieldOf(fieldOf(choice, 'delta'), 'content');
    if (typeof content === 'string') this.text += content;
    const finishReason = fieldOf(choice, 'finish_reason');
    if (typeof finishReason === 'string') this.finishReason = finishReason;
  }
}
