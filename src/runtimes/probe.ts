import type {Fetchable, Reply} from '../engines/engine.ts';
import {fetchText} from '../http/fetch-text.ts';
import {interruptionOf} from './interruption.ts';

/** How every simulated server marks its replies, so that nothing it says passes for evidence about a real engine. */
const evidenceHeader = 'x-cutover-evidence';

export interface ProbeReply extends Reply {
  readonly simulated: boolean;
}

/** Rejects with the reason in one sentence when no reply came; an HTTP error status is a reply. */
export const probe = async (
  url: string,
  {method, path}: Fetchable,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<ProbeReply> => {
  const {status, body, headers} = await fetchText(url + path, {method, timeoutMs, signal});
  return {status, body, simulated: headers[evidenceHeader] === 'simulated'};
};

/**
 * The bodies of the pages that answered below 400, by path: what `engine.readFacts` is given.
 * Throws an interruption, and nothing else.
 */
export const readPages = async (
  url: string,
  paths: readonly string[],
  signal: AbortSignal,
): Promise<{bodies: Record<string, string>; simulated: boolean}> => {
  const bodies: Record<string, string> = {};
  let simulated = false;
  for (const path of paths) {
    // A page that fails tells no facts, and that is all it means: whether the server serves is health's question.
    const reply = await probe(url, {method: 'GET', path}, 10_000, signal).catch(() => null);
    if (reply === null) continue;
    simulated ||= reply.simulated;
    if (reply.status < 400) bodies[path] = reply.body;
  }
  if (signal.aborted) throw interruptionOf(signal, `asking ${url}`);
  return {bodies, simulated};
};
