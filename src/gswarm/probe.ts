import type {GswarmProbe} from '../schema/gswarm-probe.ts';
import {type Asked, askOfSize} from './ask.ts';
import {judgeProbe} from './judge.ts';
import {type GswarmService, gswarmService, refusalOf, storedValue} from './service.ts';
import {timings} from './timings.ts';

interface ProbeOptions {
  readonly url: string;
  /** Values of each size. */
  readonly keys: number;
  readonly valueBytes: readonly number[];
  readonly moveTo: string;
  readonly seed: number;
  readonly timeoutMs: number;
  /** Unlike any other probe's: two may ask one service. */
  readonly name: string;
  readonly signal: AbortSignal;
  onAsked?(count: number): void;
}

const measuresNot =
  'No engine reads its KV cache from this service: these are requests with JSON text over HTTP, one at a time, and say nothing of inference.';

/** What is said of a key that was never written. */
const missingKey = async (service: GswarmService, key: string, moveTo: string) => {
  const read = await service.read(key);
  const [move, release] = [await service.move(key, moveTo), await service.release(key)];
  return {
    read: read.status === 200 && storedValue(read) === null ? 'not found' : `status ${read.status}`,
    move: {status: move.status, said: refusalOf(move)},
    release: {status: release.status, said: refusalOf(release)},
  };
};
export type MissingKey = Awaited<ReturnType<typeof missingKey>>;

/**
 * Asks gswarm's data service for all that it does with values, and releases them again, however it ends. Throws
 * ENGINE_UNREACHABLE when the service does not answer, and the signal's reason when it is aborted.
 */
export const probeGswarm = async ({onAsked = () => {}, ...options}: ProbeOptions): Promise<GswarmProbe> => {
  const {url, keys: count, valueBytes: sizes, moveTo, name} = options;
  using service = gswarmService(options);
  const {maxDramBytes} = await service.stats();
  const missing = await missingKey(service, `cutover-${name}-never-0`, moveTo);
  const asked: Asked[] = [];
  for (const valueBytes of sizes) {
    const keys = Array.from({length: count}, (_, at) => `cutover-${name}-${valueBytes}-${at}`);
    try {
      await askOfSize({
        ...{service, keys, valueBytes, moveTo, seed: options.seed},
        onAsked: one => onAsked(asked.push(one)),
      });
    } catch (thrown) {
      await releaseAll(options, keys);
      throw thrown;
    }
  }
  return {
    ...{url, moveTo, maxDramBytes},
    timings: timings(asked),
    checks: judgeProbe({asked, missing, moveTo}),
    measuresNot,
  };
};

/** Also after an interruption; a service that has gone has nothing of them in its memory either. */
const releaseAll = async ({url, timeoutMs}: ProbeOptions, keys: readonly string[]) => {
  using service = gswarmService({url, timeoutMs, signal: new AbortController().signal});
  try {
    for (const key of keys) await service.release(key);
  } catch {
    // what ended the probe is what the caller wants to know
  }
};
