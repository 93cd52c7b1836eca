import {setTimeout as delay} from 'node:timers/promises';
import {reasonOf} from '../errors.ts';
import {interruptionOf} from './interruption.ts';
import {probe} from './probe.ts';
import type {Program} from './topology/program.ts';

const pollMs = 500;
const probeTimeoutMs = 3000;

type Readiness =
  | {readonly state: 'ready'; readonly simulated: boolean; readonly afterSeconds: number}
  | {readonly state: 'ended'; readonly afterSeconds: number}
  /** `cause` is why the last probe was not the answer that was waited for. */
  | {readonly state: 'late'; readonly cause: string};

interface ReadyOptions {
  readonly health: Program['health'];
  readonly url: string;
  /** Resolves when the server has ended, which is then told at once. */
  readonly ended: Promise<unknown>;
  /** When the server was started, by `performance.now()`; absent: now. */
  readonly startedMs?: number;
  readonly withinSeconds: number;
  readonly signal: AbortSignal;
  /** Called after every probe that failed. */
  readonly onWaiting?: (afterSeconds: number) => void;
}

/** Polls the server's health until it is ready, has ended or is out of time. Throws an interruption when `signal` aborts. */
export const waitUntilReady = async (options: ReadyOptions): Promise<Readiness> => {
  const {health, url, ended, startedMs = performance.now(), withinSeconds, signal, onWaiting} = options;
  const seconds = () => (performance.now() - startedMs) / 1000;

  const over = new AbortController();
  void ended.then(() => over.abort());
  const halt = AbortSignal.any([signal, over.signal]);

  for (;;) {
    const answer = await askHealth(health, url, halt);
    if (signal.aborted) throw interruptionOf(signal, `waiting for ${url}`);
    if (over.signal.aborted) return {state: 'ended', afterSeconds: seconds()};
    if (answer.ready) return {state: 'ready', simulated: answer.simulated, afterSeconds: seconds()};
    if (seconds() >= withinSeconds) return {state: 'late', cause: answer.cause};
    onWaiting?.(seconds());
    await delay(pollMs, undefined, {signal: halt}).catch(() => {}); // cut short: the next round says by what
  }
};

type HealthAnswer =
  | {readonly ready: true; readonly simulated: boolean}
  | {readonly ready: false; readonly cause: string};

const askHealth = async (health: Program['health'], url: string, signal: AbortSignal): Promise<HealthAnswer> => {
  try {
    const reply = await probe(url, health, probeTimeoutMs, signal);
    if (health.ready(reply)) return {ready: true, simulated: reply.simulated};
    return {ready: false, cause: `${health.path} answered ${reply.status}`};
  } catch (thrown) {
    return {ready: false, cause: reasonOf(thrown)};
  }
};
