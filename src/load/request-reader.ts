const headEnd = Buffer.from('\r\n\r\n');

export interface ReadRequest {
  readonly method: string;
  readonly path: string;
  /** Its `x-request-id`, '' where it has none. */
  readonly id: string;
}

/** Reads the requests of one connection, without their bodies; knows no more of HTTP than the benchmark's clients say. */
export class RequestReader {
  readonly #onRequest: (request: ReadRequest) => void;
  #begun: Buffer = Buffer.alloc(0);

  constructor(onRequest: (request: ReadRequest) => void) {
    this.#onRequest = onRequest;
  }

  /** Calls back for every request that these bytes complete. The bytes must not be overwritten. */
  feed(bytes: Buffer): void {
    let rest = this.#begun.length === 0 ? bytes : Buffer.concat([this.#begun, bytes]);
    for (let end = rest.indexOf(headEnd); end >= 0; end = rest.indexOf(headEnd)) {
      const head = rest.toString('latin1', 0, end);
      const whole = end + headEnd.length + Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? 0);
      if (rest.length < whole) break;
      rest = rest.subarray(whole);
      const [method = '', path = ''] = head.slice(0, head.indexOf('\r\n')).split(' ');
      this.#onRequest({method, path, id: /\r\nx-request-id: *([^\r]*)/i.exec(head)?.[1] ?? ''});
    }
    this.#begun = rest;
  }
}
