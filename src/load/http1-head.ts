/** A reply that is not HTTP/1.1. The message says what is wrong with it. */
export class MalformedReply extends Error {
  override readonly name: string = 'MalformedReply';
}

/** Not quite HTTP/1.1 either, but undici's parser makes sense of it (transport.test.ts asks it). */
export class OddReply extends MalformedReply {
  override readonly name = 'OddReply';
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
/** Where only the version or the words after the status are odd. */
const oddStatusLine = /^HTTP\/(?:0\.9|1\.[01]|2\.0) [1-9]\d\d(?: |$)/;
const headerLine = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[ \t]*([\t\x20-\x7e\x80-\xff]*)$/;

/** A length written twice is suspicious, a length that is not a plain number is wrong. */
const readLength = (value: string, known: number | null): number => {
  const length = /^\d{1,15}$/.test(value) ? Number(value) : Number.NaN;
  if (Number.isNaN(length) || (known !== null && known !== length))
    throw new MalformedReply(`content-length is ${value.slice(0, 40)}`);
  return length;
};

/** Whatever else an HTTP/1.1 server may name was not asked for. */
const readTransferEncoding = (value: string, known: boolean): true => {
  const codings = value.trimEnd().toLowerCase();
  if (codings === 'chunked' && !known) return true;
  // Once is what a server means that says chunked twice, and none what it means by identity.
  const Refusal = /^(?:identity|chunked(?:[ \t]*,[ \t]*chunked)*)$/.test(codings) ? OddReply : MalformedReply;
  throw new Refusal(`transfer-encoding is ${value.slice(0, 40)}${known ? ' beside chunked' : ''}`);
};

/** The value of the first header of that name, in lower case, of a head that was read; null where there is none. */
export const headerOf = (head: string, name: string): string | null => {
  for (const line of head.split('\r\n')) {
    const [, key = '', value = ''] = headerLine.exec(line) ?? [];
    if (key.toLowerCase() === name) return value.trimEnd();
  }
  return null;
};

/**
 * Reads a reply's head (RFC 9112, latin1, without the empty line at its end) and nothing that is not exactly one: no
 * bare line feeds, no folded headers, no length beside chunks. Throws MalformedReply, and OddReply where undici would read on.
 */
export const readHead = (head: string): ReplyHead => {
  const [first = '', ...lines] = head.split('\r\n');
  const [, minor, code] = statusLine.exec(first) ?? [];
  if (code === undefined) {
    const Refusal = oddStatusLine.test(first) ? OddReply : MalformedReply;
    throw new Refusal(`not an HTTP/1.1 reply: ${first.slice(0, 100)}`);
  }
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
        chunked = readTransferEncoding(value, chunked);
        break;
      case 'connection':
        if (/(^|,)[ \t]*close[ \t]*(,|$)/i.test(value)) keepAlive = false;
        else if (/(^|,)[ \t]*keep-alive[ \t]*(,|$)/i.test(value)) keepAlive = true;
        break;
    }
  }
  if (chunked && length !== null) throw new MalformedReply('both content-length and transfer-encoding');
  if (chunked && minor === '0') throw new OddReply('chunks in HTTP/1.0');
  if (status < 200 || status === 204 || status === 304) return {status, framing: 0, keepAlive};
  const framing = chunked ? 'chunked' : (length ?? 'until-close');
  return {status, framing, keepAlive: keepAlive && framing !== 'until-close'};
};
