import {once} from 'node:events';
import type {RehearsalRun} from './rehearsal-run.ts';

/** Pods that say nothing for long keep nobody from ending the rehearsal. */
export const unlessOver = async <T>({over}: RehearsalRun, work: Promise<T>): Promise<T> => {
  const settled = new AbortController();
  const ended = once(over, 'abort', {signal: settled.signal}).then((): never => {
    throw over.reason;
  });
  try {
    over.throwIfAborted();
    return await Promise.race([work, ended]);
  } finally {
    settled.abort();
    for (const other of [work, ended]) other.catch(() => {});
  }
};
