import {parseJson, valueAt} from '../engines/json-field.ts';
import type {Serving} from '../engines/serving.ts';
import {EventTooLong, SseReader} from '../http/sse.ts';
import {type Asked, chatUsage, endpointFor, questionFor} from './answers.ts';
import type {Sending} from './connections.ts';
import {askStream, askWhole, jsonOf} from './exchange.ts';
import {Refusal} from './refusal.ts';
import type {Target} from './target.ts';
import type {Visit} from './visit.ts';

/** Where the events of a chat go. */
export interface EventSink {
  /** False: nothing more is wanted until `onReady` is called. */
  write(text: string, onReady: () => void): boolean;
  /** The answer is whole with this. */
  end(text?: string): void;
}

const event = (data: string) => `data: ${data}\n\n`;
const done = event('[DONE]');

/** The events of OpenAI's chat.completion.chunk, with no more in them than what every engine says. */
const eventsFor = (model: string) => {
  const begin = `{"object":"chat.completion.chunk","model":${JSON.stringify(model)},"choices":[`;
  return {
    chunk: (content: string | null, finish: string | null) => {
      const delta = content === null ? '{}' : `{"content":${JSON.stringify(content)}}`;
      return event(`${begin}{"index":0,"delta":${delta},"finish_reason":${JSON.stringify(finish)}}]}`);
    },
    usage: (usage: object) => event(`${begin}],"usage":${JSON.stringify(usage)}}`),
    error: ({message, code}: Refusal) => event(JSON.stringify({error: {message, code}})),
  };
};

/** What the engine's events come to, in ours. */
class Translation {
  readonly #reader = new SseReader();
  readonly #target: Target;
  readonly #events: ReturnType<typeof eventsFor>;
  readonly #facts: Parameters<Target['engine']['readUsage']>[1];
  #usage: unknown = null;
  /** [DONE] has come. */
  whole = false;

  constructor(
    target: Target,
    events: ReturnType<typeof eventsFor>,
    facts: Parameters<Target['engine']['readUsage']>[1],
  ) {
    this.#target = target;
    this.#events = events;
    this.#facts = facts;
  }

  /**
   * Hands on what the bytes complete, what came before a mistake included. Throws a Refusal for what is no chat, and for the
   * engine's own word that it failed.
   */
  read(bytes: Buffer, write: (text: string) => void): void {
    let text = '';
    try {
      for (let at = 0; at < bytes.length && !this.whole; ) {
        at = this.#reader.read(bytes, at, bytes.length);
        if (this.#reader.event !== null) text += this.#translated(this.#reader.event.data);
      }
    } catch (thrown) {
      if (thrown instanceof EventTooLong) throw new Refusal('engine_failed', `The engine's stream: ${thrown.message}`);
      throw thrown;
    } finally {
      if (text !== '') write(text);
    }
  }

  #translated(data: string): string {
    if (data === '[DONE]') {
      this.whole = true;
      return this.#events.usage(chatUsage(this.#target, this.#usage, this.#facts)) + done;
    }
    const said = parseJson(data);
    if (typeof said !== 'object' || said === null)
      throw new Refusal('engine_failed', "The engine's stream has an event that is not JSON");
    if ('error' in said)
      throw new Refusal(
        'engine_failed',
        this.#target.engine.readError(data) ?? "The engine's stream says that it broke",
      );
    this.#usage = valueAt(said, 'usage') ?? this.#usage;
    const [content, finish] = [
      valueAt(said, 'choices', 0, 'delta', 'content'),
      valueAt(said, 'choices', 0, 'finish_reason'),
    ];
    const [words, reason] = [typeof content === 'string' ? content : '', typeof finish === 'string' ? finish : null];
    // The first chunk of most engines names the role and says nothing.
    if (words === '' && reason === null) return '';
    return this.#events.chunk(words === '' ? null : words, reason);
  }
}

/**
 * A chat as events, while the engine answers. Throws a Refusal as long as nothing has been written to the sink; after that what
 * breaks is told by an event, with no [DONE], and by `visit.code`.
 */
export const streamChat = async (
  target: Target,
  asked: Asked<'chat'>,
  visit: Visit,
  sink: EventSink,
): Promise<void> => {
  const {serving} = target.engine;
  const {url, facts, model} = endpointFor(target, 'chat', asked.body.model);
  const events = eventsFor(model);
  if (serving === null) return answerInOne(target, asked, visit, sink);
  const question = questionFor(target, 'chat', url, streamed(serving, asked, model), asked.bytes);
  const translation = new Translation(target, events, facts);
  let begun = false;
  const pass = (text: string, sending: Sending) => {
    begun = true;
    // Not when the engine's connection ends: a caller who hangs up at [DONE] was served.
    if (translation.whole) sink.end(text);
    else if (!sink.write(text, () => sending.resume())) sending.pause();
  };
  try {
    await askStream(target, question, visit, (bytes, sending) => translation.read(bytes, text => pass(text, sending)));
    if (!translation.whole) throw new Refusal('engine_failed', "The engine's stream ended in its middle");
  } catch (thrown) {
    if (translation.whole) return; // before the connection broke
    if (!begun) throw thrown;
    const refusal = thrown instanceof Refusal ? thrown : new Refusal('internal', 'The service failed');
    visit.code = refusal.code;
    sink.end(events.error(refusal));
    if (refusal !== thrown) throw thrown;
  }
};

const streamed = (serving: Serving, {body}: Asked<'chat'>, model: string) => ({
  ...serving.chat({messages: body.messages, maxTokens: body.max_tokens, temperature: body.temperature}, model),
  stream: true,
  stream_options: {include_usage: true},
});

/** A service of the contract before there was a stream in it: its whole answer is one chunk. */
const answerInOne = async (target: Target, {body, bytes}: Asked<'chat'>, visit: Visit, sink: EventSink) => {
  const {url, facts, model} = endpointFor(target, 'chat', body.model);
  const reply = jsonOf(
    await askWhole(target, questionFor(target, 'chat', url, {...body, stream: false}, bytes), visit),
  );
  const content = valueAt(reply, 'content');
  if (typeof content !== 'string') throw new Refusal('engine_failed', "The engine's reply has no content");
  const {chunk, usage} = eventsFor(model);
  const told = usage(chatUsage(target, valueAt(reply, 'usage'), facts));
  sink.end(chunk(content, 'stop') + told + done);
};
