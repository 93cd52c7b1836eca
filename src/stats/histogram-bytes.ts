import {bucketCount, type HistogramState, LatencyHistogram} from './latency-histogram.ts';

/** "LAT1" */
const magic = 0x3154414c;
/** The magic, then four doubles: least, greatest, and the two halves of the sum. */
const headBytes = 4 + 4 * 8;
/** Of a whole number below 2^53, seven bits a byte. */
const mostBytes = 8;

const unreadable = (why: string) => new Error(`a histogram ${why}`);

/** Little endian base 128: all bytes but a number's last have their top bit set. */
class NumberWriter {
  readonly #view: DataView<ArrayBuffer>;
  #at: number;

  constructor(view: DataView<ArrayBuffer>, at: number) {
    this.#view = view;
    this.#at = at;
  }

  get at(): number {
    return this.#at;
  }

  put(value: number): void {
    let rest = value;
    for (; rest >= 128; rest = Math.floor(rest / 128)) this.#byte((rest % 128) + 128);
    this.#byte(rest);
  }

  #byte(byte: number): void {
    this.#view.setUint8(this.#at, byte);
    this.#at += 1;
  }
}

function* readNumbers(view: DataView, from: number): Generator<number, undefined> {
  let [value, scale] = [0, 1];
  for (let at = from; at < view.byteLength; at += 1) {
    const byte = view.getUint8(at);
    value += (byte % 128) * scale;
    scale *= 128;
    if (byte >= 128) continue;
    yield value;
    [value, scale] = [0, 1];
  }
  if (scale > 1) throw unreadable('is cut off');
}

/**
 * A histogram as bytes, some kilobytes: after the head how many buckets have values, and of each how far it is from the one before
 * and its count. Of equal histograms the bytes are equal.
 */
export const packHistogram = ({
  state: {counts, minMs, maxMs, sumHigh, sumLowNs},
}: LatencyHistogram): Uint8Array<ArrayBuffer> => {
  let filled = 0;
  for (const count of counts) if (count > 0) filled += 1;
  const view = new DataView(new ArrayBuffer(headBytes + mostBytes * (1 + 2 * filled)));
  view.setUint32(0, magic, true);
  for (const [place, value] of [minMs, maxMs, sumHigh, sumLowNs].entries()) view.setFloat64(4 + 8 * place, value, true);
  const numbers = new NumberWriter(view, headBytes);
  numbers.put(filled);
  let before = 0;
  for (let bucket = 0; bucket < bucketCount; bucket += 1) {
    const count = counts[bucket] as number;
    if (count === 0) continue;
    numbers.put(bucket - before);
    numbers.put(count);
    before = bucket;
  }
  return new Uint8Array(view.buffer).slice(0, numbers.at);
};

/** Throws an Error for bytes that are cut off, too many or none of a histogram. */
export const readHistogram = (bytes: Uint8Array): LatencyHistogram => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length <= headBytes) throw unreadable('is cut off');
  if (view.getUint32(0, true) !== magic) throw unreadable('is none, or of another version of cutover');
  const head = (place: number) => view.getFloat64(4 + 8 * place, true);
  const state: HistogramState = {
    counts: new Float64Array(bucketCount),
    minMs: head(0),
    maxMs: head(1),
    sumHigh: head(2),
    sumLowNs: head(3),
  };
  const [filled = 0, ...pairs] = readNumbers(view, headBytes);
  if (pairs.length !== 2 * filled) throw unreadable('is cut off or garbled');
  let bucket = 0;
  for (let pair = 0; pair < filled; pair += 1) {
    bucket += pairs[2 * pair] as number;
    if (bucket >= bucketCount) throw unreadable('is garbled');
    state.counts[bucket] = pairs[2 * pair + 1] as number;
  }
  return new LatencyHistogram(state);
};
