/** Why a request is not answered: what stands in every error reply of the service. docs/contract.md explains each. */
export const refusalStatuses = {
  invalid: 400,
  refused: 400,
  unauthorized: 401,
  unknown_model: 404,
  unknown_path: 404,
  wrong_method: 405,
  too_slow: 408,
  too_large: 413,
  wrong_content_type: 415,
  too_many: 429,
  headers_too_large: 431,
  internal: 500,
  not_served: 501,
  engine_failed: 502,
  engine_unavailable: 503,
  switching: 503,
  draining: 503,
  engine_timeout: 504,
} as const;
export type RefusalCode = keyof typeof refusalStatuses;

/** Thrown where a request turns out not to be served. */
export class Refusal extends Error {
  readonly code: RefusalCode;
  /** The field of the body that is to blame, as `documents.2`; null where it is none. */
  readonly field: string | null;

  constructor(code: RefusalCode, message: string, field: string | null = null) {
    super(message);
    this.code = code;
    this.field = field;
  }

  get status(): number {
    return refusalStatuses[this.code];
  }

  /** Whether it may be sent again: nothing was done. Such a reply has `retry-after`. */
  get advisesRetry(): boolean {
    return this.status === 429 || this.status === 503;
  }

  /** One shape for all; `error` is a sentence, as in BentoML's error replies. */
  get body() {
    return {error: this.message, code: this.code, field: this.field};
  }
}

/** Nobody listens there, so that nothing was sent: the one case in which another target may be asked. */
export class ConnectionRefused extends Refusal {
  constructor(reason: string) {
    super('engine_unavailable', `The engine cannot be reached: ${reason}`);
  }
}
