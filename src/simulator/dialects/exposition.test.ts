import {expect, test} from 'vitest';
import {exposition} from './exposition.ts';

test('a page has help, type and one line a sample, labels in order and escaped, and nothing without a sample', () => {
  const labels = {model_name: 'a "b"\\c\n', engine: '0'};
  expect(
    exposition([
      {name: 'x:running', type: 'gauge', help: 'Running.', samples: [{labels, value: 3}]},
      {name: 'x:cached_total', type: 'counter', help: 'Cached.', samples: []},
    ]),
  ).toBe(
    '# HELP x:running Running.\n# TYPE x:running gauge\n' +
      'x:running{engine="0",model_name="a \\"b\\"\\\\c\\n"} 3.0\n',
  );
});

test.each([
  [0, '0.0'],
  [0.25, '0.25'],
  [999_999, '999999.0'],
  [1_000_000, '1e+06'],
  [2_520_000, '2.52e+06'],
  [1_234_567, '1.234567e+06'],
  [1_234_567.5, '1.2345675e+06'],
  [12_345_678, '1.2345678e+07'],
])("%d is written as Python's client writes it: %s", (value, text) => {
  const page = exposition([{name: 'x', type: 'gauge', help: 'X.', samples: [{labels: {a: ''}, value}]}]);
  expect(page.split('\n')[2]).toBe(`x{a=""} ${text}`);
  expect(Number(text)).toBe(value);
});
