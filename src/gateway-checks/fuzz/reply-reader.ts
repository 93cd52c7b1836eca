/** One HTTP reply as it came. */
export interface WholeReply {
  readonly status: number;
  /** By lower-case name, the last of several. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** Whether the connection may be used again. */
  readonly keepsAlive: boolean;
}

const headEnd = Buffer.from('\r\n\r\n');

const readHead = (text: string) => {
  const [statusLine = '', ...lines] = text.split('\r\n');
  const match = /^HTTP\/1\.1 (\d{3}) /.exec(statusLine);
  if (match === null) throw new Error(`no status line: ${JSON.stringify(statusLine.slice(0, 80))}`);
  const headers = Object.fromEntries(
    lines.map(line => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    }),
  );
  return {status: Number(match[1]), headers};
};

/** A chunked body and where it ends; null while it is not whole. */
const readChunks = (bytes: Buffer, from: number): {body: Buffer; end: number} | null => {
  const parts: Buffer[] = [];
  for (let at = from; ; ) {
    const lineEnd = bytes.indexOf('\r\n', at);
    if (lineEnd < 0) return null;
    const size = Number.parseInt(bytes.toString('latin1', at, lineEnd), 16);
    if (!Number.isFinite(size)) throw new Error('no chunk size');
    const end = lineEnd + 2 + size + 2;
    if (bytes.length < end) return null;
    if (size === 0) return {body: Buffer.concat(parts), end};
    parts.push(bytes.subarray(lineEnd + 2, lineEnd + 2 + size));
    at = end;
  }
};

/** The replies of one connection; throws on bytes that are none. Of replies to HEAD only the head is read. */
export class ReplyReader {
  readonly replies: WholeReply[] = [];
  readonly #headOnly: boolean;
  #bytes: Buffer = Buffer.alloc(0);

  constructor(headOnly: boolean) {
    this.#headOnly = headOnly;
  }

  /** Bytes of a reply that is not whole. */
  get unfinished(): number {
    return this.#bytes.length;
  }

  feed(bytes: Buffer): void {
    this.#bytes = this.#bytes.length === 0 ? bytes : Buffer.concat([this.#bytes, bytes]);
    while (this.#next());
  }

  #next(): boolean {
    const end = this.#bytes.indexOf(headEnd);
    if (end < 0) return false;
    const {status, headers} = readHead(this.#bytes.toString('latin1', 0, end));
    const from = end + headEnd.length;
    const none = this.#headOnly || status === 204 || status === 304 || status < 200;
    const length = Number(headers['content-length'] ?? 0);
    const whole = none
      ? {body: Buffer.alloc(0), end: from}
      : headers['transfer-encoding'] === 'chunked'
        ? readChunks(this.#bytes, from)
        : this.#bytes.length < from + length
          ? null
          : {body: this.#bytes.subarray(from, from + length), end: from + length};
    if (whole === null) return false;
    this.#bytes = this.#bytes.subarray(whole.end);
    // 100 Continue is not the reply.
    if (status >= 200)
      this.replies.push({status, headers, body: whole.body, keepsAlive: headers.connection !== 'close'});
    return true;
  }
}
