import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {meanOf, parseMetrics, sumOf} from './prometheus.ts';

describe('parseMetrics', () => {
  test('reads name, labels and value, and passes over comments, blank lines and what is no sample', () => {
    const page = [
      '# HELP vllm:num_requests_running Number of requests in model execution batches.',
      '# TYPE vllm:num_requests_running gauge',
      'vllm:num_requests_running{engine="0",model_name="Qwen/Qwen2.5"} 3.0',
      '',
      'up 1 1700000000000',
      '<html>',
      'no_value{a="b"}',
      'bad_value{a="b"} three',
      'open_brace{a="b" 3',
      'bad_labels{a=b} 3',
    ].join('\n');
    expect(parseMetrics(page)).toEqual([
      {name: 'vllm:num_requests_running', labels: {engine: '0', model_name: 'Qwen/Qwen2.5'}, value: 3},
      {name: 'up', labels: {}, value: 1},
    ]);
  });

  test('reads every way to write a number', () => {
    const values = parseMetrics('a 1e+06\na 2.5E-3\na -4\na +Inf\na -Inf\na NaN\n').map(({value}) => value);
    expect(values).toEqual([1_000_000, 0.0025, -4, Infinity, -Infinity, Number.NaN]);
  });

  test('reads label values with braces, commas, quotes, backslashes and line ends, and CRLF pages', () => {
    const page = `${String.raw`a{json="{\"x\": 1}, y",path="C:\\new",text="one\ntwo",} 7`}\r\nb{} 8\r\n`;
    expect(parseMetrics(page)).toEqual([
      {name: 'a', labels: {json: '{"x": 1}, y', path: String.raw`C:\new`, text: 'one\ntwo'}, value: 7},
      {name: 'b', labels: {}, value: 8},
    ]);
  });

  test('any label value survives being written and read', () => {
    const escaped = (text: string) => text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
    fc.assert(
      fc.property(
        fc.string().filter(text => !text.includes('\r')),
        value => {
          expect(parseMetrics(`m{l="${escaped(value)}"} 1`)[0]?.labels).toEqual({l: value});
        },
      ),
    );
  });
});

describe('sums and means', () => {
  const samples = parseMetrics('a{engine="0"} 2\na{engine="1"} 3\na{engine="2"} NaN\nb 0\nc NaN\n');

  test('are over the labels, without what is not a number', () => {
    expect(sumOf(samples, 'a')).toBe(5);
    expect(meanOf(samples, 'a')).toBe(2.5);
  });

  test('tell a 0 from a metric that is not there', () => {
    expect(sumOf(samples, 'b')).toBe(0);
    for (const missing of ['c', 'd']) {
      expect(sumOf(samples, missing)).toBeNull();
      expect(meanOf(samples, missing)).toBeNull();
    }
  });
});
