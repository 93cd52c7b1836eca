import {reasonOf} from '../../errors.ts';

/** The HTTP status with which Docker refused; null where it did not answer at all. */
export const statusOf = (thrown: unknown): number | null =>
  thrown instanceof Error && 'statusCode' in thrown && typeof thrown.statusCode === 'number' ? thrown.statusCode : null;

/** Whether Docker refused, or its connection failed. */
export const isFromDocker = (thrown: unknown): boolean =>
  statusOf(thrown) !== null || (thrown instanceof Error && 'code' in thrown && /^E[A-Z]+$/.test(String(thrown.code))); // Node's own are ERR_…

/** Docker's own sentence, without the client's `(HTTP code 409) conflict - ` before it. */
export const dockerReason = (thrown: unknown): string =>
  reasonOf(thrown)
    .replace(/^\(HTTP code \d+\) [^-]*- /, '')
    .trim();

/** Waits for `call`; null when Docker answered with one of these statuses. Anything else is thrown. */
export const unless = async <T>(statuses: readonly number[], call: Promise<T>): Promise<T | null> => {
  try {
    return await call;
  } catch (thrown) {
    if (statuses.includes(statusOf(thrown) ?? 0)) return null;
    throw thrown;
  }
};
