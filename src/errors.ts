/** Every way a command can end, as the shell sees it. The README's table is made from this list. */
export const exitCodes = {
  done: {code: 0, meaning: 'done, or GO'},
  noGo: {code: 1, meaning: 'NO-GO'},
  inconclusive: {code: 2, meaning: 'INCONCLUSIVE'},
  void: {code: 3, meaning: 'VOID: the measurement itself is not valid'},
  badOptions: {code: 10, meaning: 'bad options, suite or stack file'},
  engineDidNotStart: {code: 11, meaning: 'an engine or the shards of a load did not start, or could not be reached'},
  trialFailed: {code: 12, meaning: 'a trial failed: the engine died, or no request succeeded'},
  recordUnreadable: {code: 13, meaning: 'a record could not be read or written'},
  leftBehind: {code: 14, meaning: 'something that cutover made could not be removed'},
  interrupted: {code: 20, meaning: 'interrupted; everything that was started has been stopped'},
  bug: {code: 70, meaning: 'a bug in cutover itself'},
} as const;

type Ending = keyof typeof exitCodes;

/** What each error code is called and how the command that met it ends. */
const errorEndings = {
  BAD_OPTIONS: 'badOptions',
  BAD_SUITE: 'badOptions',
  BAD_STACK: 'badOptions',
  PLAN_DOES_NOT_FIT: 'badOptions',
  ENGINE_DID_NOT_START: 'engineDidNotStart',
  DOCKER_UNREACHABLE: 'engineDidNotStart',
  IMAGE_MISSING: 'engineDidNotStart',
  GPU_BUSY: 'engineDidNotStart',
  ENGINE_UNREACHABLE: 'engineDidNotStart',
  KUBERNETES_UNREACHABLE: 'engineDidNotStart',
  KUBERNETES_REFUSED: 'engineDidNotStart',
  SHARDS_DID_NOT_START: 'engineDidNotStart',
  ENGINE_DIED: 'trialFailed',
  SHARD_LOST: 'trialFailed',
  TRIAL_FAILED: 'trialFailed',
  RECORD_UNREADABLE: 'recordUnreadable',
  RECORD_NOT_WRITABLE: 'recordUnreadable',
  LEFT_BEHIND: 'leftBehind',
  INTERRUPTED: 'interrupted',
} as const satisfies Record<string, Ending>;

export type ErrorCode = keyof typeof errorEndings;

/** Of a code that another process of cutover wrote down. */
export const isErrorCode = (code: string): code is ErrorCode => Object.hasOwn(errorEndings, code);

/**
 * The one error a user is meant to see: what happened, why, and what to do.
 * `message` names the thing and the reason; `hint` is the fix, in the imperative.
 */
export class CutoverError extends Error {
  override readonly name = 'CutoverError';
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  /** The last lines that a server wrote before it failed, oldest first. */
  readonly logTail: readonly string[];

  constructor(
    code: ErrorCode,
    message: string,
    {hint, logTail = [], cause}: {hint?: string; logTail?: readonly string[]; cause?: unknown} = {},
  ) {
    super(message, cause === undefined ? undefined : {cause});
    this.code = code;
    this.hint = hint;
    this.logTail = logTail;
  }

  get exitCode(): number {
    return exitCodes[errorEndings[this.code]].code;
  }
}

/** A short sentence for whatever was thrown, without a stack. */
export const reasonOf = (thrown: unknown): string => {
  if (!(thrown instanceof Error)) return String(thrown);
  const code = 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : undefined;
  if (thrown.message === '') return code ?? thrown.name; // an AggregateError of refused connections has no message
  return thrown.message;
};

/** As `reasonOf`, for a message that names the file already: Node ends its own with the path once more. */
export const fileReasonOf = (thrown: unknown): string => reasonOf(thrown).replace(/, [a-z]+ '.*'$/s, '');
