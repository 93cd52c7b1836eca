/** A reply that is not HTTP/1.1. The message says what is wrong with it. */
export class MalformedReply extends Error {
  override readonly name = 'MalformedReply';
}

/** How long the body is: so many bytes, as its chunks say, or until the connection ends. */
type Framing = number | 'chunked' | 'until-close';

interface ReplyHead {
  readonly status: number;
  readonly framing: Framing;
  /** Whether the connection may carry another request after this reply. */
  readonly keepAlive: boolean;
}

const statusLine = /^HTTP\/1\.([01]) ([1-9]\d\d)(?: [\t\x20-\x7e\x80-\xff]*)?$/;
const headerLine = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[ \t]*([\t\x20-\x7e\x80-\xff]*)$/;

/** A length written twice is suspicious, a length that is not a plain number is wrong. */
const readLength = (value: string, known: number | null): number => {
  const length = /^\d{1,15}$/.test(value) ? Number(value) : Number.NaN;
  if (Number.isNaN(length) || (known !== null && known !== length))
    throw new MalformedReply(`content-length is ${value.slice(0, 40)}`);
  return length;
};

/**
 * Reads a reply's head (RFC 9112, latin1, without the empty line at its end) and nothing that is not exactly one: no
 * bare line feeds, no folded headers, no length beside chunks. Throws MalformedReply.
 */
export const readHead = (head: string): ReplyHead => {
  const [first = '', ...lines] = head.split('\r\n');
  const [, minor, code] = statusLine.exec(first) ?? [];
  if (code === undefined) throw new MalformedReply(`not an HTTP/1.1 reply: ${first.slice(0, 100)}`);
  const status = Number(code);
  let length: number | null = null;
  let chunked = false;
  let keepAlive = minor === '1';
  for (const line of lines) {
    const [, name = '', value = ''] = headerLine.exec(line) ?? [];
    switch (name.toLowerCase()) {
      case '':
        throw new MalformedReply(`a header is not one: ${line.slice(0, 100)}`);
      case 'content-length':
        length = readLength(value.trimEnd(), length);
        break;
      case 'transfer-encoding':
        if (chunked || value.trimEnd().toLowerCase() !== 'chunked')
          throw new MalformedReply(`transfer-encoding is ${value.slice(0, 40)}`);
        chunked = true;
        break;
      case 'connection':
        if (/(^|,)[ \t]*close[ \t]*(,|$)/i.test(value)) keepAlive = false;
        else if (/(^|,)[ \t]*keep-alive[ \t]*(,|$)/i.test(value)) keepAlive = true;
        break;
    }
  }
  if (chunked && length !== null) throw new MalformedReply('both content-length and transfer-encoding');
  if (chunked && minor === '0') throw new MalformedReply('chunks in HTTP/1.0');
  if (status < 200 || status === 204 || status === 304) return {status, framing: 0, keepAlive};
  const framing = chunked ? 'chunked' : (length ?? 'until-close');
  return {status, framing, keepAlive: keepAlive && framing !== 'until-close'};
};
