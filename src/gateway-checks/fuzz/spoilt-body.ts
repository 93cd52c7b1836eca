import fc from 'fast-check';

const marker = '\u0007here\u0007';
const deep = (depth: number, open: string, close: string) => open.repeat(depth) + close.repeat(depth);

/** JSON, or nearly so, that somebody may write where something else belongs. */
const snippets = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.constantFrom('null', 'true', '0', '-1', '1.5', '""', '" \\n"', '[]', '{}', '[null]', '[[]]', '[{}]'),
  },
  fc.constantFrom('1e999', '-1e999', '1e-999', '-0', '9007199254740993', '1'.repeat(400), '1e308'),
  fc.constantFrom(
    'NaN',
    'Infinity',
    'undefined',
    '.5',
    '01',
    '0x10',
    '1e',
    "'a'",
    'True',
    '/* a */ 1',
    '1 2',
    ',',
    '',
    '{"a":1,}',
  ),
  fc.constantFrom(
    '"\\ud800"',
    '"\\udfff\\ud800"',
    '"a\\ud83ea"',
    '"\\u0000"',
    '"\\u2028"',
    '"\\ufeff"',
    '"\t"',
    '"\\x41"',
    '"',
  ),
  fc.constantFrom('{"__proto__":{"a":1}}', '{"constructor":{"prototype":1}}', '{"toString":1}', '{"length":3}'),
  fc
    .integer({min: 10, max: 6000})
    .chain(depth =>
      fc.constantFrom(
        deep(depth, '[', ']'),
        deep(depth, '{"a":', '}'),
        deep(depth, '[', ''),
        `[${'{},'.repeat(depth)}{}]`,
      ),
    ),
  fc.integer({min: 1000, max: 60_000}).map(size => `"${'x'.repeat(size)}"`),
  fc.jsonValue({maxDepth: 3}).map(value => JSON.stringify(value)),
);

type Path = readonly (string | number)[];

/** Every place in a value, itself included. */
const places = (value: unknown, at: Path = []): Path[] => {
  const inside = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  return [at, ...inside.flatMap(([key, part]) => places(part, [...at, Array.isArray(value) ? Number(key) : key]))];
};

const replaced = (value: unknown, [step, ...rest]: Path, by: unknown): unknown => {
  if (step === undefined) return by;
  if (Array.isArray(value)) return value.map((part, index) => (index === step ? replaced(part, rest, by) : part));
  const entries = Object.entries(value as object).map(([key, part]) => [
    key,
    key === step ? replaced(part, rest, by) : part,
  ]);
  return Object.fromEntries(entries);
};

/** JSON text like that of `valid` with a snippet in one place: the text need not be JSON any more. */
const withSnippet = (valid: fc.Arbitrary<unknown>) =>
  fc.tuple(valid, fc.nat(), snippets).map(([value, pick, snippet]) => {
    const all = places(value);
    const changed = replaced(value, all[pick % all.length] ?? [], marker);
    return JSON.stringify(changed).replace(JSON.stringify(marker), () => snippet);
  });

const withoutField = (valid: fc.Arbitrary<unknown>) =>
  fc.tuple(valid, fc.nat()).map(([value, pick]) => {
    const entries = Object.entries(value as object);
    return JSON.stringify(Object.fromEntries(entries.filter((_, index) => index !== pick % entries.length)));
  });

const twice = (valid: fc.Arbitrary<unknown>) =>
  fc.tuple(valid, valid).map(([one, other]) => `${JSON.stringify(one).slice(0, -1)},${JSON.stringify(other).slice(1)}`);

const badBytes = fc.constantFrom(
  [0xff],
  [0xc0, 0x80],
  [0xed, 0xa0, 0x80],
  [0xf4, 0x90, 0x80, 0x80],
  [0x80],
  [0xe2, 0x82],
  [0],
);

/** Bytes like those of `valid` with something wrong in them: cut off, no UTF-8, another encoding. */
const mangled = (valid: fc.Arbitrary<unknown>): fc.Arbitrary<Buffer> =>
  fc
    .tuple(valid, fc.nat(), badBytes, fc.constantFrom('cut', 'bytes', 'utf16', 'mark', 'more'))
    .map(([value, pick, bad, how]) => {
      const text = JSON.stringify(value);
      const bytes = Buffer.from(text);
      const at = pick % bytes.length;
      switch (how) {
        case 'cut':
          return bytes.subarray(0, at);
        case 'bytes':
          return Buffer.concat([bytes.subarray(0, at), Buffer.from(bad), bytes.subarray(at)]);
        case 'utf16':
          return Buffer.from(text, 'utf16le');
        case 'mark':
          return Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), bytes]);
        default:
          return Buffer.concat([bytes, Buffer.from(pick % 2 === 0 ? '}' : '\n{}')]);
      }
    });

/** Bodies that are nearly what a schema allows, or far from it. Some are still right: the schema says which. */
export const spoiltBody = (valid: fc.Arbitrary<unknown>): fc.Arbitrary<Buffer> =>
  fc.oneof(
    {weight: 8, arbitrary: withSnippet(valid).map(text => Buffer.from(text))},
    {weight: 2, arbitrary: withoutField(valid).map(text => Buffer.from(text))},
    {weight: 1, arbitrary: twice(valid).map(text => Buffer.from(text))},
    {weight: 3, arbitrary: mangled(valid)},
    {weight: 1, arbitrary: fc.uint8Array({maxLength: 200}).map(bytes => Buffer.from(bytes))},
    {weight: 1, arbitrary: fc.json({maxDepth: 4}).map(text => Buffer.from(text))},
  );
