import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {EventTooLong, maxEventBytes, type SseEvent, SseReader} from './sse.ts';

/** The events that a piece completes. */
const eventsOf = (reader: SseReader, piece: Uint8Array): SseEvent[] => {
  const events: SseEvent[] = [];
  const bytes = Buffer.from(piece.buffer, piece.byteOffset, piece.length);
  for (let at = 0; at < bytes.length; ) {
    at = reader.read(bytes, at, bytes.length);
    if (reader.event !== null) events.push(reader.event);
  }
  return events;
};

const read = (pieces: readonly Uint8Array[]): SseEvent[] => {
  const reader = new SseReader();
  return pieces.flatMap(piece => eventsOf(reader, piece));
};

const message = (data: string): SseEvent => ({name: 'message', data});

/** The standard's algorithm on the whole text, line by line. */
const plainRead = (bytes: Uint8Array): SseEvent[] => {
  const lines = new TextDecoder().decode(bytes).split(/\r\n|\n|\r/);
  lines.pop(); // what no line end follows
  const events: SseEvent[] = [];
  let [name, data] = ['', [] as string[]];
  for (const line of lines) {
    if (line === '') {
      if (data.length > 0) events.push({name: name || 'message', data: data.join('\n')});
      [name, data] = ['', []];
    }
    const [, field, value = ''] = /^([^:]*)(?:: ?(.*))?$/su.exec(line) ?? [];
    if (field === 'data' && line !== '') data.push(value);
    if (field === 'event') name = value;
  }
  return events;
};

const streams: Record<string, {text: string; events: SseEvent[]}> = {
  'lines that end with LF': {text: 'data: a\n\ndata: b\n\n', events: [message('a'), message('b')]},
  'lines that end with CRLF': {text: 'data: a\r\n\r\ndata: b\r\n\r\n', events: [message('a'), message('b')]},
  'lines that end with CR': {text: 'data: a\r\rdata: b\r\r', events: [message('a'), message('b')]},
  'line ends of all kinds': {
    text: 'data: a\r\n\ndata: b\r\rdata: c\n\r\n',
    events: [message('a'), message('b'), message('c')],
  },
  'comments and keep-alives': {text: ': ping\n\n:\n\ndata: a\n: inside\n\n', events: [message('a')]},
  'data on several lines': {text: 'data: a\ndata:\ndata: b\n\n', events: [message('a\n\nb')]},
  'a byte order mark': {text: '\uFEFFdata: a\n\n', events: [message('a')]},
  'a byte order mark that is not at the head': {text: 'data: a\n\n\uFEFFdata: b\n\n', events: [message('a')]},
  'an event with a name': {
    text: 'event: error\ndata: {"message":"no"}\n\ndata: b\n\n',
    events: [{name: 'error', data: '{"message":"no"}'}, message('b')],
  },
  'a name without data': {text: 'event: error\n\ndata: b\n\n', events: [message('b')]},
  'fields without a space, and without a colon': {text: 'data:a\ndata:  b\ndata\n\n', events: [message('a\n b\n')]},
  'fields of no use': {text: 'id: 7\nretry: 10\nother: x\ndata: a\n\n', events: [message('a')]},
  'characters of two, three and four bytes': {
    text: 'data: é€😀\n\ndata: 日本語\r\n\r\n',
    events: [message('é€😀'), message('日本語')],
  },
  'an event that no blank line ends': {text: 'data: a\n\ndata: b\n', events: [message('a')]},
  'a line that nothing ends': {text: 'data: a\n\ndata: b', events: [message('a')]},
};

describe.each(Object.entries(streams))('%s', (_, {text, events}) => {
  const bytes = Buffer.from(text);

  test('are read from one piece', () => expect(read([bytes])).toEqual(events));

  test('are read byte by byte', () => expect(read([...bytes].map(byte => Uint8Array.of(byte)))).toEqual(events));

  test('are read from two pieces, wherever the cut is', () => {
    for (let cut = 0; cut <= bytes.length; cut += 1)
      expect(read([bytes.subarray(0, cut), bytes.subarray(cut)])).toEqual(events);
  });

  test('are what the plain reader finds', () => expect(plainRead(bytes)).toEqual(events));
});

test('any bytes in any pieces give what the plain reader finds in the whole', () => {
  const fragment = fc.oneof(
    fc
      .constantFrom(
        'data: ',
        'data:',
        'data',
        'event: ',
        'id: 1',
        ':',
        '\n',
        '\r',
        '\r\n',
        '\n\n',
        ' ',
        'é',
        '€',
        '😀',
        '\uFEFF',
        '[DONE]',
      )
      .map(text => Buffer.from(text)),
    fc.uint8Array({maxLength: 4}).map(bytes => Buffer.from(bytes)),
  );
  fc.assert(
    fc.property(fc.array(fragment, {maxLength: 40}), fc.array(fc.nat(), {maxLength: 10}), (fragments, cuts) => {
      const bytes = Buffer.concat(fragments);
      const at = [0, ...cuts.map(cut => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
      const pieces = at.slice(1).map((end, index) => bytes.subarray(at[index], end));
      expect(read(pieces)).toEqual(plainRead(bytes));
    }),
    {numRuns: 2000},
  );
});

test('a buffer that is overwritten after each read does no harm', () => {
  const reader = new SseReader();
  const shared = Buffer.alloc(1);
  const events = [...Buffer.from('data: abc\n\n')].flatMap(byte => {
    shared[0] = byte;
    return eventsOf(reader, shared);
  });
  expect(events).toEqual([message('abc')]);
});

test('bytes beyond the end of a read are not read', () => {
  const reader = new SseReader();
  const bytes = Buffer.from('xdata: a\n\ndata: stale\n\n');
  expect(reader.read(bytes, 1, 9)).toBe(9);
  expect(reader.event).toBeNull();
  expect(reader.read(bytes, 9, 10)).toBe(10);
  expect(reader.event).toEqual(message('a'));
});

describe('an event as long as the limit', () => {
  const line = `data: ${'x'.repeat(maxEventBytes - 6)}`;

  test('is read', () => expect(read([Buffer.from(`${line}\n\n`)])[0]?.data.length).toBe(maxEventBytes - 6));

  test('is refused with one byte more, before its end has come', () => {
    expect(() => read([Buffer.from(line), Buffer.from('x')])).toThrow(EventTooLong);
  });

  test('is refused when its lines add up to more', () => {
    expect(() => read([Buffer.from(`data: a\n${line}\n`)])).toThrow(EventTooLong);
  });

  test('is not held against the next event', () => {
    expect(read([Buffer.from(`${line}\n\n`), Buffer.from(`${line}\n\n`)])).toHaveLength(2);
  });
});
