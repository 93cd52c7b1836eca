import {createHash} from 'node:crypto';
import {cacheHoldersOf} from '../engines/cache-holders.ts';
import type {Endpoint, Engine} from '../engines/engine.ts';
import {CutoverError, reasonOf} from '../errors.ts';
import {fetchText} from '../http/fetch-text.ts';
import type {Finding} from '../schema/finding.ts';
import type {ChatRequest} from '../schema/request.ts';
import type {Sample} from '../schema/sample.ts';
import type {CacheState} from '../schema/trial.ts';
import {type Clock, trialClock} from './clock.ts';
import {Exchange, newRoute, type Route} from './exchange.ts';
import {transportTo} from './transport-to.ts';
import {turnsOf} from './turn.ts';
import {waitUntil} from './wait-until.ts';

const timeoutMs = 60_000;
const firstPauseMs = 50;

interface CanaryOptions {
  readonly engine: Engine;
  readonly endpoint: Endpoint;
  readonly seed: number;
  readonly signal: AbortSignal;
  /** How long requests that still run may keep a server from emptying its cache; 10 s when left out. */
  readonly busyForMs?: number;
}

const patienceMs = 10_000;

export interface EmptiedCache {
  readonly state: CacheState;
  readonly findings: readonly Finding[];
}

/**
 * At least 128 tokens that no other prompt begins with: 128 groups of four hex digits, several blocks of any prefix
 * cache. The same for the same seed.
 */
const canaryRequest = (seed: number, ask: number): ChatRequest => {
  const digits = [0, 1, 2, 3].map(part => createHash('sha512').update(`canary ${seed} ${part}`).digest('hex')).join('');
  const content = digits.match(/.{4}/g)?.join(' ') ?? '';
  return {kind: 'chat', id: `canary-${seed}-${ask}`, messages: [{role: 'user', content}], outputTokens: 1};
};

/** Sends the canary. What it answers is of no interest: a failure for want of text is none here. */
const askCanary = async (
  {engine, endpoint, seed, signal}: CanaryOptions,
  route: Route,
  ask: number,
): Promise<Sample> => {
  const [turn] = turnsOf({id: 'canary', requests: [canaryRequest(seed, ask)]}, engine, endpoint);
  if (turn === undefined) throw new Error('the canary has no request');
  const exchange = new Exchange(route, turn, {trial: -1, index: ask, scheduledMs: null});
  const abort = () => exchange.abort();
  signal.addEventListener('abort', abort);
  const sample = await exchange.ended;
  signal.removeEventListener('abort', abort);
  signal.throwIfAborted();
  return sample;
};

type CacheReset = NonNullable<Engine['cacheReset']>;

const askReset = async ({method, path}: CacheReset, {endpoint, signal}: CanaryOptions) => {
  const url = endpoint.url + path;
  try {
    return await fetchText(url, {method, timeoutMs, signal});
  } catch (thrown) {
    signal.throwIfAborted();
    throw new CutoverError('ENGINE_UNREACHABLE', `${method} ${url}: ${reasonOf(thrown)}`, {
      hint: 'Check that the server runs and that the address and port are right.',
      cause: thrown,
    });
  }
};

/** Asks again, with growing pauses, for as long as the server is busy. */
const resetCache = async (reset: CacheReset, options: CanaryOptions, clock: Clock) => {
  const {signal, busyForMs = patienceMs} = options;
  const endMs = clock.now() + busyForMs;
  for (let pauseMs = firstPauseMs; ; pauseMs *= 2) {
    const outcome = reset.outcome(await askReset(reset, options));
    if (outcome !== 'busy' || clock.now() + pauseMs > endMs) return outcome;
    await waitUntil(clock, clock.now() + pauseMs, signal, 0);
    signal.throwIfAborted();
  }
};

const finding = (
  code: string,
  severity: Finding['severity'],
  message: string,
  hint: string | null = null,
): Finding => ({code, severity, message, hint});

/** What the canary shows once the cache should be empty. */
const proofOf = (sample: Sample): {canary: CacheState['canary']; findings: Finding[]} => {
  const cached = sample.cachedPromptTokens;
  if (cached === 0) return {canary: 'cold', findings: []};
  if (cached !== null) {
    const message = `The prefix cache was not empty after its reset: ${cached} of the canary's ${sample.promptTokens ?? 'unknown'} prompt tokens were still in it`;
    return {
      canary: 'warm',
      findings: [finding('cache-not-empty', 'void', message, 'Stop other clients of this server, or restart it.')],
    };
  }
  const failed = sample.outcome === 'failed' && sample.failure.kind !== 'empty';
  const [severity, why] = failed
    ? (['warning', `the canary failed (${sample.failure.message})`] as const)
    : (['note', 'the server does not tell cached tokens'] as const);
  return {
    canary: 'unknown',
    findings: [finding('cache-unproven', severity, `Whether the prefix cache was empty is not known: ${why}`)],
  };
};

const worst = (outcomes: readonly CacheState['reset'][]): CacheState['reset'] =>
  outcomes.find(outcome => outcome === 'unsupported') ?? outcomes.find(outcome => outcome === 'busy') ?? 'done';

/** One proof of all: warm as soon as one is, cold only when each is. */
const proofOfAll = (samples: readonly Sample[], unknownAmong: number): ReturnType<typeof proofOf> => {
  const proofs = samples.map(proofOf);
  const proof = proofs.find(({canary}) => canary === 'warm') ?? proofs.find(({canary}) => canary !== 'cold');
  if (proof !== undefined) return proof;
  if (unknownAmong === 0) return {canary: 'cold', findings: []};
  const message = `Whether every prefix cache was empty is not known: the router chose which of ${unknownAmong} prefill servers had the canary`;
  return {canary: 'unknown', findings: [finding('cache-unproven', 'note', message)]};
};

/**
 * Empties the prefix cache of a chat server and proves it with a canary: a prompt that is cached by asking it twice must
 * not be in the cache after the reset. Behind a router each worker's cache is emptied. An engine without a reset call is sent nothing at all.
 * Throws ENGINE_UNREACHABLE when the reset call is not answered, and the signal's reason when it is aborted.
 */
export const emptyPrefixCache = async (options: CanaryOptions): Promise<EmptiedCache> => {
  const {engine, endpoint} = options;
  const reset = engine.cacheReset;
  if (reset === null) {
    const message = `The prefix cache was not emptied, as ${engine.title} has no call for it: earlier requests may have filled it`;
    return {
      state: {reset: 'unsupported', canary: 'not-asked'},
      findings: [finding('cache-not-reset', 'note', message)],
    };
  }
  const clock = trialClock();
  const holders = cacheHoldersOf(endpoint);
  const asked = holders.asked.map(target => ({target, transport: transportTo(target.url, clock)}));
  const askAll = async (ask: number): Promise<readonly Sample[]> => {
    const samples: Sample[] = [];
    for (const {target, transport} of asked) {
      const route = newRoute({engine, endpoint: target, transport, clock, timeoutMs});
      samples.push(await askCanary({...options, endpoint: target}, route, ask));
    }
    return samples;
  };
  try {
    await askAll(1);
    await askAll(2);
    const outcomes: CacheState['reset'][] = [];
    for (const {url} of endpoint.behind ?? [endpoint])
      outcomes.push(await resetCache(reset, {...options, endpoint: {...endpoint, url}}, clock));
    const outcome = worst(outcomes);
    if (outcome === 'unsupported') {
      const message = 'The prefix cache was not emptied: the server does not offer the call';
      return {
        state: {reset: outcome, canary: 'not-asked'},
        findings: [finding('cache-not-reset', 'warning', message, reset.hint)],
      };
    }
    const {canary, findings} = proofOfAll(await askAll(3), holders.unknownAmong);
    const message = `The server was too busy to empty its prefix cache for ${(options.busyForMs ?? patienceMs) / 1000} s`;
    const busy =
      outcome === 'busy' ? [finding('cache-reset-busy', 'warning', message, 'Stop other clients of this server.')] : [];
    return {state: {reset: outcome, canary}, findings: [...busy, ...findings]};
  } finally {
    for (const {transport} of asked) await transport.close();
  }
};
