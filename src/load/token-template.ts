import type {Usage} from '../engines/engine.ts';
import {maxEventBytes} from '../http/sse.ts';
import {type AnswerChunk, isFields, readChunk} from './answer-chunk.ts';

const quote = 34;
const backslash = 92;
const maxDigits = 15;
/** Longer events are not those of single tokens. */
const longestLearned = 4096;

const event = /^data: ?\{[^\r\n]*\}(?:\n\n|\r\n\r\n)$/;
/** Texts that may be the token's. Inside a text itself the quotes would be escaped: this is always a key. */
const textKeys = /"(?:content|reasoning|reasoning_content|text)": ?"/g;
/** Counts that grow from event to event. */
const counts = /(?<="(?:completion|total|reasoning)_tokens": ?)(?:0|[1-9]\d{0,14})(?=[,}])/g;
const textRest = /^[^"\\]*(?:\\.[^"\\]*)*/;

const viewOf = (bytes: Buffer) => new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
const emptyView = new DataView(new ArrayBuffer(0));

/** A count's place in the event it was learned from. */
interface Place {
  readonly start: number;
  readonly end: number;
}

/** Length of the escape that a backslash at `at` begins; 0 where it is none, or not all there. */
const escapeLength = (bytes: Buffer, at: number, end: number): number => {
  if (at + 1 >= end) return 0;
  switch (bytes[at + 1]) {
    case 34: // "
    case 47: // /
    case 92: // \
    case 98: // b
    case 102: // f
    case 110: // n
    case 114: // r
    case 116: // t
      return 2;
    case 117: // u
      return at + 6 <= end && /^[\da-f]{4}$/i.test(bytes.toString('latin1', at + 2, at + 6)) ? 6 : 0;
    default:
      return 0;
  }
};

/**
 * An event with a token as bytes, with gaps for the token's text and for counts: made from one that was parsed, it knows
 * the others of its kind, which are nearly all of a stream, without a string and without JSON.parse. What it matches
 * differs from the parsed event in nothing but those gaps, so it means the same; what it does not match is parsed.
 */
export class TokenTemplate {
  /** What the event that was matched last says of tokens; null where such events say nothing of them. */
  outputTokens: number | null;
  /** What such events say besides; null where they have no usage. */
  readonly usage: Usage | null;

  readonly #beforeText: Literal;
  /** Between the gaps, and behind the last one. The first follows the text, the others a count each. */
  readonly #literals: readonly Literal[];
  /** Which literal has the tokens of the answer before it; -1 for none. */
  readonly #tokensBefore: number;
  /** The buffer that was read last, as sockets share one. */
  #bytes: Buffer | null = null;
  #view: DataView = emptyView;

  constructor(beforeText: Literal, literals: readonly Literal[], tokensBefore: number, usage: Usage | null) {
    this.#beforeText = beforeText;
    this.#literals = literals;
    this.#tokensBefore = tokensBefore;
    this.usage = usage;
    this.outputTokens = usage?.outputTokens ?? null;
  }

  /** Where the event at `start` ends, if it is of this kind, has a text, and is there as a whole; -1 otherwise. */
  match(bytes: Buffer, start: number, end: number): number {
    if (bytes !== this.#bytes) this.#view = viewOf(bytes);
    this.#bytes = bytes;
    const view = this.#view;
    let at = this.#beforeText.match(bytes, view, start, end);
    if (at < 0) return -1;
    const textStart = at;
    for (; ; at += 1) {
      if (at >= end) return -1;
      const byte = bytes[at] as number;
      if (byte === quote) break;
      if (byte < 32) return -1;
      if (byte !== backslash) continue;
      const length = escapeLength(bytes, at, end);
      if (length === 0) return -1;
      at += length - 1;
    }
    if (at === textStart) return -1;
    const literals = this.#literals;
    at = (literals[0] as Literal).match(bytes, view, at, end);
    let tokens = 0;
    for (let index = 1; index < literals.length && at >= 0; index += 1) {
      const digitsStart = at;
      let count = 0;
      while (at < end && isDigit(bytes[at] as number)) {
        count = count * 10 + (bytes[at] as number) - 48;
        at += 1;
      }
      const digits = at - digitsStart;
      if (digits === 0 || digits > maxDigits || (digits > 1 && bytes[digitsStart] === 48)) return -1;
      if (index === this.#tokensBefore) tokens = count;
      at = (literals[index] as Literal).match(bytes, view, at, end);
    }
    if (at < 0 || at - start > maxEventBytes) return -1;
    if (this.#tokensBefore > 0) this.outputTokens = tokens;
    return at;
  }
}

const isDigit = (byte: number) => byte >= 48 && byte <= 57;

/** Bytes that are looked for. Four at a time: most of the time of reading an event goes into its first 200. */
class Literal {
  readonly #bytes: Buffer;
  readonly #view: DataView;

  constructor(bytes: Buffer) {
    this.#bytes = Buffer.from(bytes);
    this.#view = viewOf(this.#bytes);
  }

  /** Where it ends if it stands at `start` of `view`, which looks at `bytes`; -1 otherwise. */
  match(bytes: Buffer, view: DataView, start: number, end: number): number {
    const length = this.#bytes.length;
    if (start + length > end) return -1;
    let index = 0;
    for (; index + 4 <= length; index += 4)
      if (view.getInt32(start + index, true) !== this.#view.getInt32(index, true)) return -1;
    for (; index < length; index += 1) if (bytes[start + index] !== this.#bytes[index]) return -1;
    return start + length;
  }
}

/** The event with no text and other counts, each by another difference, as the stream would understand it. */
const probe = (raw: string, textStart: number, textEnd: number, places: readonly Place[]): AnswerChunk => {
  let changed = raw.slice(raw.indexOf('{'), textStart);
  let from = textEnd;
  for (const [index, {start, end}] of places.entries()) {
    changed += raw.slice(from, start) + (Number(raw.slice(start, end)) + index + 1);
    from = end;
  }
  const chunk: unknown = JSON.parse(Buffer.from(changed + raw.slice(from), 'latin1').toString('utf8'));
  if (!isFields(chunk)) throw new Error('an event that was an object is none any more');
  return readChunk(chunk);
};

const placesOf = (raw: string, from: number): Place[] =>
  [...raw.matchAll(counts)]
    .filter(({index}) => index >= from)
    .map(({0: digits, index}) => ({start: index, end: index + digits.length}));

/**
 * The template of an event that was parsed and carried a token, with `raw` its bytes up to the end of its blank line and
 * `usage` what it told; null where the event is not of a kind that can be told by its bytes. That the gaps are where
 * they seem to be is proven: the event is parsed once more with other things in them, and only what depends on them may
 * then have changed.
 */
export const learnTemplate = (
  raw: Buffer,
  usage: Usage | null,
  readUsage: (usage: unknown) => Usage,
): TokenTemplate | null => {
  if (raw.length > longestLearned) return null;
  const text = raw.toString('latin1'); // one character a byte
  if (!event.test(text)) return null;
  for (const key of text.matchAll(textKeys)) {
    const textStart = key.index + key[0].length;
    const textEnd = textStart + (textRest.exec(text.slice(textStart))?.[0].length ?? 0);
    const places = placesOf(text, textEnd);
    const changed = probe(text, textStart, textEnd, places);
    // Without this text the event must carry no token: then a text there is what makes it carry one.
    if (changed.isError || changed.carriesToken || changed.finishReason !== null) continue;
    const told = changed.usage === null ? null : readUsage(changed.usage);
    const tokens = tokensPlace(text, places, usage, told);
    if (tokens === null) continue;
    const starts = [textEnd, ...places.map(({end}) => end)];
    const ends = [...places.map(({start}) => start), text.length];
    const literals = starts.map((start, index) => new Literal(raw.subarray(start, ends[index])));
    return new TokenTemplate(new Literal(raw.subarray(0, textStart)), literals, tokens, usage);
  }
  return null;
};

/** Which count is the tokens of the answer, from 1; -1 where none is; null where more than that depends on the counts. */
const tokensPlace = (raw: string, places: readonly Place[], before: Usage | null, after: Usage | null) => {
  if (before === null || after === null) return before === after ? -1 : null;
  if (before.promptTokens !== after.promptTokens || before.cachedPromptTokens !== after.cachedPromptTokens) return null;
  if (before.outputTokens === after.outputTokens) return -1;
  const place = places.findIndex(
    ({start, end}, index) =>
      before.outputTokens === Number(raw.slice(start, end)) && after.outputTokens === before.outputTokens + index + 1,
  );
  return place < 0 ? null : place + 1;
};
