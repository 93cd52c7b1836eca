import {crc32} from 'node:zlib';
import {failureKinds} from './failure-kinds.ts';
import {FloatColumn} from './float-column.ts';
import {roles} from './request.ts';
import type {Sample} from './sample.ts';
import {type SampleColumn, sampleColumnNames, sampleColumns, sampleTexts} from './sample-columns.ts';

/** "SMP1", with the format's version; on a machine of the other byte order it reads as something else. */
const magic = 0x31504d53;
/** Unsigned 32-bit numbers: the magic, the CRC-32 of all that follows it, and how long the columns are. */
const headLength = 6;
const headBytes = headLength * Uint32Array.BYTES_PER_ELEMENT;
const checkedFrom = 2 * Uint32Array.BYTES_PER_ELEMENT;

/**
 * Packs samples into blocks of binary columns, each in a buffer of its own, which a thread can transfer. Made to be
 * called while requests are being timed: a sample costs some copied numbers, and a block some copied columns.
 */
export class SampleBlockWriter {
  readonly #onBlock: (block: Uint8Array<ArrayBuffer>) => void;
  readonly #fullBytes: number;
  readonly #columns = sampleColumnNames.map(name => ({read: sampleColumns[name], values: new FloatColumn()}));
  readonly #tokenEventsMs = new FloatColumn();
  readonly #tokensPerEvent = new FloatColumn();
  /** Joined when the block is made: many short texts are encoded fastest as one. */
  readonly #texts: string[] = [];
  #textLength = 0;
  #rows = 0;

  /** A block is handed out as soon as it has `bytes`. */
  constructor(onBlock: (block: Uint8Array<ArrayBuffer>) => void, {bytes = 256 * 1024}: {readonly bytes?: number} = {}) {
    this.#onBlock = onBlock;
    this.#fullBytes = bytes;
  }

  add(sample: Sample): void {
    for (const {read, values} of this.#columns) values.push(read(sample) ?? Number.NaN);
    this.#tokenEventsMs.pushAll(sample.tokenEventsMs);
    if (sample.tokensPerEvent !== null) this.#tokensPerEvent.pushAll(sample.tokensPerEvent);
    for (const text of sampleTexts(sample)) {
      if (text === null) continue;
      this.#texts.push(text);
      this.#textLength += text.length;
    }
    this.#rows += 1;
    if (this.#bytes >= this.#fullBytes) this.flush();
  }

  /** Hands out what has come since the last block, if anything has. */
  flush(): void {
    if (this.#rows === 0) return;
    const block = new Uint8Array(this.#bytes);
    const head = new Uint32Array(block.buffer, 0, headLength);
    head.set([magic, 0, this.#rows, this.#tokenEventsMs.length, this.#tokensPerEvent.length, this.#textLength]);
    const numbers = new Float64Array(block.buffer, headBytes, this.#numbers);
    let at = 0;
    for (const values of [...this.#columns.map(({values}) => values), this.#tokenEventsMs, this.#tokensPerEvent]) {
      numbers.set(values.view, at);
      at += values.length;
      values.clear();
    }
    // UTF-16 and not UTF-8, which has no place for half of a pair: a server's message may have been cut inside one.
    Buffer.from(block.buffer, headBytes + numbers.byteLength).write(this.#texts.join(''), 'utf16le');
    head[1] = crc32(block.subarray(checkedFrom));
    this.#texts.length = 0;
    this.#textLength = 0;
    this.#rows = 0;
    this.#onBlock(block);
  }

  get #numbers(): number {
    return this.#rows * this.#columns.length + this.#tokenEventsMs.length + this.#tokensPerEvent.length;
  }

  get #bytes(): number {
    return headBytes + 8 * this.#numbers + 2 * this.#textLength;
  }
}

const unreadable = (why: string) => new Error(`a block of samples ${why}`);

/** Hands out the next `length` of something each time. */
const inTurn = <Part>(cut: (start: number, end: number) => Part) => {
  let start = 0;
  return (length: number): Part => {
    start += length;
    return cut(start - length, start);
  };
};

/** How many samples a block says that it has. */
export const rowsOfBlock = (block: Uint8Array): number => new Uint32Array(block.slice(0, headBytes).buffer)[2] ?? 0;

/** The samples of a block, as they were added. Throws an Error for a block that is cut off, garbled or of another version. */
export function* readSampleBlock(block: Uint8Array): Generator<Sample, undefined> {
  if (block.length < headBytes) throw unreadable('is cut off');
  const {buffer, byteOffset} = block.byteOffset % Float64Array.BYTES_PER_ELEMENT === 0 ? block : block.slice();
  const head = new Uint32Array(buffer, byteOffset, headLength);
  const [found, checksum, rows = 0, events = 0, counts = 0, textLength = 0] = head;
  if (found !== magic) throw unreadable('is none, or of another version of cutover');
  if (checksum !== crc32(block.subarray(checkedFrom))) throw unreadable('is cut off or garbled');

  const at = byteOffset + headBytes;
  const next = inTurn((start, end) => new Float64Array(buffer, at + 8 * start, end - start));
  const columns = new Map(sampleColumnNames.map(name => [name, next(rows)]));
  const [tokenEventsMs, tokensPerEvent] = [next(events), next(counts)];
  const texts = Buffer.from(buffer, next(0).byteOffset, 2 * textLength).toString('utf16le');
  const nextEvents = inTurn((start, end) => Array.from(tokenEventsMs.subarray(start, end)));
  const nextCounts = inTurn((start, end) => Array.from(tokensPerEvent.subarray(start, end)));
  const nextText = inTurn((start, end) => texts.slice(start, end));

  for (let row = 0; row < rows; row += 1) {
    const number = (name: SampleColumn) => columns.get(name)?.[row] ?? Number.NaN;
    const orNull = (name: SampleColumn) => (Number.isNaN(number(name)) ? null : number(name));
    const textOrNull = (name: SampleColumn) => (Number.isNaN(number(name)) ? null : nextText(number(name)));
    const kind = roles[number('kind')];
    if (kind === undefined) throw unreadable('has a request of an unknown kind');
    const common = {
      trial: number('trial'),
      index: number('index'),
      id: nextText(number('idLength')),
      kind,
      session: nextText(number('sessionLength')),
      turn: number('turn'),
      items: number('items'),
      scheduledMs: orNull('scheduledMs'),
      sentMs: number('sentMs'),
      firstByteMs: orNull('firstByteMs'),
      firstChunkMs: orNull('firstChunkMs'),
      firstTokenMs: orNull('firstTokenMs'),
      lastTokenMs: orNull('lastTokenMs'),
      endMs: number('endMs'),
      tokenEventsMs: nextEvents(number('tokenEvents')),
      tokensPerEvent: orNull('tokensPerEvent') === null ? null : nextCounts(number('tokensPerEvent')),
      promptTokens: orNull('promptTokens'),
      outputTokens: orNull('outputTokens'),
      cachedPromptTokens: orNull('cachedPromptTokens'),
      finishReason: textOrNull('finishReasonLength'),
      replyBytes: number('replyBytes'),
    };
    const failureKind = failureKinds[number('failureKind')];
    const message = textOrNull('failureMessageLength');
    if (failureKind === undefined || message === null) yield {outcome: 'ok', ...common};
    else yield {outcome: 'failed', failure: {kind: failureKind, message, status: orNull('failureStatus')}, ...common};
  }
}
