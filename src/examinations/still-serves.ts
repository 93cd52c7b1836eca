import {setTimeout as delay} from 'node:timers/promises';
import type {Endpoint, Engine} from '../engines/engine.ts';
import {CutoverError, reasonOf} from '../errors.ts';
import {fetchText} from '../http/fetch-text.ts';

const patienceMs = 3000;
const pollMs = 500;

/**
 * Whether a server that owed a reply is still there: null when its health is good twice running (a process that dies may
 * answer once more), otherwise why it is not, after a patience of seconds. Rejects only with the signal's own reason.
 */
export const whyGone = async (
  {health, factPaths}: Pick<Engine, 'health' | 'factPaths'>,
  {url}: Pick<Endpoint, 'url'>,
  signal: AbortSignal,
): Promise<string | null> => {
  const startedMs = performance.now();
  let good = 0;
  for (;;) {
    const bad = await fetchText(url + health.path, {method: health.method, timeoutMs: patienceMs, signal}).then(
      // Where health is only a page of facts, any answer shows that the server is there.
      reply => (health.ready(reply) || factPaths.includes(health.path) ? null : `it answered ${reply.status}`),
      reasonOf,
    );
    signal.throwIfAborted();
    good = bad === null ? good + 1 : 0;
    if (good === 2) return null;
    if (bad !== null && performance.now() - startedMs >= patienceMs) return `${health.path}: ${bad}`;
    await delay(pollMs, undefined, {signal}).catch(() => signal.throwIfAborted());
  }
};

/** Of a server that went away during an examination; what is known of why is with the runtime that watches it, if any. */
export const serverGone = ({url}: Pick<Endpoint, 'url'>, why: string): CutoverError =>
  new CutoverError('ENGINE_DIED', `${url} stopped answering: ${why}`, {
    hint: "Read the server's log, and the examination's failed checks for the question that it died of.",
  });
