import {SseReader} from '../http/sse.ts';
import {readChunk} from '../load/answer-chunk.ts';
import type {ReadStream} from './reply.ts';

type Fields = Readonly<Record<string, unknown>>;

const fieldsOf = (value: unknown): Fields => (typeof value === 'object' && value !== null ? (value as Fields) : {});

/** Where the engines put what a token says. */
const textOf = (chunk: Fields): string => {
  const [choice] = Array.isArray(chunk.choices) ? chunk.choices : [];
  const {delta, text} = fieldsOf(choice);
  const {content, reasoning, reasoning_content: older} = fieldsOf(delta);
  return [text, reasoning, older, content].filter(part => typeof part === 'string').join('');
};

const countOf = (value: unknown): number | null => (Number.isSafeInteger(value) ? (value as number) : null);

const eventsOf = (body: string): readonly string[] => {
  const reader = new SseReader();
  const bytes = Buffer.from(body);
  const events: string[] = [];
  for (let at = 0; at < bytes.length; ) {
    at = reader.read(bytes, at, bytes.length);
    if (reader.event !== null) events.push(reader.event.data);
  }
  return events;
};

/**
 * Reads the whole body of a streamed chat reply. `shape` tells how it was streamed: a role chunk or none, where the
 * finish reason and the usage stand, and how it ended; what a client may stumble over, and nothing that a token changes.
 * Null where it is not a stream, or an error is in it.
 */
export const readStream = (body: string): ReadStream | null => {
  const events = eventsOf(body);
  const pieces: string[] = [];
  const shape = new Set<string>();
  let finishReason: string | null = null;
  let usage: Fields = {};
  for (const data of events) {
    if (data.trim() === '[DONE]') {
      shape.add('[DONE]');
      continue;
    }
    let parsed: unknown;
    try {
      parsed = JSON.parse(data);
    } catch {
      return null;
    }
    const fields = fieldsOf(parsed);
    const chunk = readChunk(fields);
    if (chunk.isError) return null;
    const role = fieldsOf(fieldsOf(Array.isArray(fields.choices) ? fields.choices[0] : undefined).delta).role;
    if (typeof role === 'string') shape.add(chunk.carriesToken ? 'role with text' : 'role chunk');
    if (chunk.carriesToken) pieces.push(textOf(fields));
    if (chunk.finishReason !== null) {
      finishReason = chunk.finishReason;
      shape.add(chunk.carriesToken ? 'finish_reason with the last text' : 'finish_reason in a chunk of its own');
    }
    if (chunk.usage === null) continue;
    usage = fieldsOf(chunk.usage);
    const alone = Array.isArray(fields.choices) && fields.choices.length === 0;
    shape.add(alone ? 'usage chunk' : 'usage beside the text');
  }
  if (pieces.length === 0 && finishReason === null) return null;
  const counts = {promptTokens: countOf(usage.prompt_tokens), outputTokens: countOf(usage.completion_tokens)};
  return {pieces, finishReason, ...counts, shape: [...shape].sort()};
};

/** Where two replies part: the event (mostly a token) and the character, from 0; null where they say the same. */
export const firstDivergence = (a: ReadStream, b: ReadStream): {event: number; character: number} | null => {
  const [left, right] = [a.pieces.join(''), b.pieces.join('')];
  if (left === right) return null;
  const shorter = Math.min(left.length, right.length);
  let character = 0;
  while (character < shorter && left[character] === right[character]) character += 1;
  let event = 0;
  for (
    let end = a.pieces[0]?.length ?? 0;
    end <= character && event < a.pieces.length;
    end += a.pieces[event]?.length ?? 0
  )
    event += 1;
  return {event, character};
};

/** The places of a JSON body with the type of each value: `error.message string`; null where it is not JSON. */
export const shapeOf = (body: string): readonly string[] | null => {
  const places = (value: unknown, path: string): string[] => {
    if (Array.isArray(value)) return value.length === 0 ? [`${path}[]`] : places(value[0], `${path}[]`);
    if (typeof value === 'object' && value !== null)
      return Object.entries(value).flatMap(([key, inner]) => places(inner, path === '' ? key : `${path}.${key}`));
    return [`${path} ${value === null ? 'null' : typeof value}`];
  };
  try {
    return places(JSON.parse(body), '').sort();
  } catch {
    return null;
  }
};
