import fc from 'fast-check';
import {expect, test} from 'vitest';
import {LogEntries} from './log-entries.ts';

interface Entry {
  readonly stream: 1 | 2;
  readonly timestamp: string;
  readonly body: Buffer;
}

const stamp = (ms: number) => `${new Date(ms).toISOString().slice(0, -1)}123456Z`;

/** As Docker frames it. */
const frame = ({stream, timestamp, body}: Entry): Buffer => {
  const payload = Buffer.concat([Buffer.from(`${timestamp} `), body]);
  const header = Buffer.alloc(8);
  header[0] = stream;
  header.writeUInt32BE(payload.length, 4);
  return Buffer.concat([header, payload]);
};

const bytesOf = (entries: readonly Entry[]) => Buffer.concat(entries.map(frame));

const linesOf = (entries: readonly Entry[]): string[] => {
  const lines: string[] = [];
  const reader = new LogEntries(line => lines.push(line));
  reader.take(bytesOf(entries));
  reader.end();
  return lines;
};

const entry = (text: string, ms = 1_800_000_000_000, stream: 1 | 2 = 1): Entry => ({
  stream,
  timestamp: stamp(ms),
  body: Buffer.from(text),
});

test('a line is its text without the timestamp, told as soon as it is whole', () => {
  const lines: string[] = [];
  new LogEntries(line => lines.push(line)).take(frame(entry('loading\n')));
  expect(lines).toEqual(['loading']);
});

test('colours go, empty lines stay, and every state of a progress bar is a line', () => {
  expect(linesOf([entry('\u001b[32mINFO\u001b[0m up\n'), entry('\n'), entry('\r 10%\r 20%\r100%\n')])).toEqual([
    'INFO up',
    '',
    ' 10%',
    ' 20%',
    '100%',
  ]);
});

test('a line that Docker cut in pieces is whole again, also within a character and beside the other stream', () => {
  const euro = Buffer.from('12 €\n');
  const pieces: Entry[] = [
    {...entry(''), body: euro.subarray(0, 4)},
    entry('beside\n', 1_800_000_000_001, 2),
    {...entry(''), body: euro.subarray(4)},
  ];
  expect(linesOf(pieces)).toEqual(['beside', '12 €']);
});

test('what was written without an end of line is a line when the container has ended', () => {
  expect(linesOf([entry('Killed')])).toEqual(['Killed']);
});

test('nothing is asked for again before anything was read', () => {
  expect(new LogEntries(() => {}).since()).toBeNull();
});

/** Steps of -1500 ms stand for a stream that was stamped first and queued last; 0 for entries of the same instant. */
const anEntry = fc.record({
  stream: fc.constantFrom<1 | 2>(1, 2),
  stepMs: fc.constantFrom(0, 0, 1, 40, 3000),
  lateMs: fc.constantFrom(0, 0, 0, 1500),
  body: fc.string({unit: 'grapheme', maxLength: 12}).map(text => Buffer.from(text.replace(/\n/g, ' '))),
  whole: fc.boolean(),
});

const aLog = fc.array(anEntry, {maxLength: 40}).map(parts => {
  let ms = 1_800_000_000_000;
  const last = {1: 0, 2: 0};
  return parts.map(({stream, stepMs, lateMs, body, whole}): Entry => {
    ms += stepMs;
    const at = Math.max(last[stream], ms - lateMs); // within one stream time never runs back
    last[stream] = at;
    return {stream, timestamp: stamp(at), body: whole ? Buffer.concat([body, Buffer.from('\n')]) : body};
  });
});

test('a log read in goes, each broken off anywhere, gives the lines of a log read at once', () => {
  fc.assert(
    fc.property(
      aLog,
      fc.array(fc.tuple(fc.nat(), fc.nat()), {maxLength: 5}),
      fc.integer({min: 1, max: 60}),
      (log, cuts, size) => {
        const lines: string[] = [];
        const reader = new LogEntries(line => lines.push(line));
        const read = (written: readonly Entry[], share: number) => {
          const since = reader.since();
          const sinceMs = since === null ? 0 : Number(since) * 1000;
          const answer = bytesOf(written.filter(({timestamp}) => Date.parse(`${timestamp.slice(0, 23)}Z`) >= sinceMs));
          const sent = answer.subarray(0, Math.ceil(answer.length * share));
          for (let at = 0; at < sent.length; at += size) reader.take(sent.subarray(at, at + size));
        };
        const goes = cuts.map(([written, sent]) => [written % (log.length + 1), (sent % 101) / 100] as const);
        for (const [written, share] of goes.toSorted(([a], [b]) => a - b)) read(log.slice(0, written), share);
        read(log, 1);
        reader.end();
        expect(lines).toEqual(linesOf(log));
      },
    ),
    {numRuns: 500},
  );
});
