import {hostname} from 'node:os';
import {CutoverError, reasonOf} from '../../errors.ts';
import {type FetchedText, fetchText} from '../../http/fetch-text.ts';

const reachedWithinMs = 10_000;

export const abortedEarly = () => new CutoverError('INTERRUPTED', 'aborted before its start');

/** What is answered there. A server that no shard reaches would be measured all the same, as one that refuses every request: throws ENGINE_UNREACHABLE. */
export const assertReached = async (
  url: string,
  signal: AbortSignal,
  headers: Readonly<Record<string, string>> = {},
): Promise<FetchedText> =>
  fetchText(url, {timeoutMs: reachedWithinMs, signal, headers}).catch((cause: unknown) => {
    if (signal.aborted) throw abortedEarly();
    throw new CutoverError('ENGINE_UNREACHABLE', `${url} cannot be reached from ${hostname()}: ${reasonOf(cause)}`, {
      hint: 'Give an address that the load reaches, and see that no NetworkPolicy keeps it from there.',
      cause,
    });
  });
