import {CutoverError, type ErrorCode} from '../../errors.ts';

/** An error on its way between threads: a class does not survive it. */
export type ThrownThere =
  | {readonly code: ErrorCode; readonly message: string; readonly hint: string | undefined}
  | {readonly code: null; readonly error: unknown};

export const sendable = (thrown: unknown): ThrownThere =>
  thrown instanceof CutoverError
    ? {code: thrown.code, message: thrown.message, hint: thrown.hint}
    : {code: null, error: thrown};

export const thrownHere = (thrown: ThrownThere): unknown =>
  thrown.code === null
    ? thrown.error
    : new CutoverError(thrown.code, thrown.message, thrown.hint === undefined ? {} : {hint: thrown.hint});
