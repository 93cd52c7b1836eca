import {describe, expect, test} from 'vitest';
import {canStart, missing, note, ok, seenFrom} from './findings.ts';
import {doctorText} from './text.ts';

const installed = missing('as a process', ['process'], 'vLLM is not installed', 'pip install vllm');
const docker = missing('Docker', ['docker'], 'no socket', null);

describe('what is missing', () => {
  test('is a lack only of the runtime that needs it', () => {
    expect(seenFrom('docker', [installed, docker]).map(({state}) => state)).toEqual(['note', 'missing']);
    expect(seenFrom('process', [installed, docker]).map(({state}) => state)).toEqual(['missing', 'note']);
    expect(seenFrom('embedded', [installed, docker]).map(({state}) => state)).toEqual(['missing', 'missing']);
  });

  test('keeps a real engine from starting, and the simulated one is none', () => {
    expect(canStart('docker', seenFrom('docker', [installed, note('x', 'y')]))).toBe(true);
    expect(canStart('docker', seenFrom('docker', [docker]))).toBe(false);
    expect(canStart('embedded', [])).toBe(false);
  });
});

test('a finding is one line, its sum and its fix stand below it, and the outlook ends the text', () => {
  const findings = [ok('GPU', 'NVIDIA H100'), note('leftovers', 'run a\nrun b', 'npm run clean')];
  const outlook = {engine: 'vllm', runtime: 'docker', why: 'Docker 28 with a GPU is here.'} as const;
  expect(doctorText(findings, [{...outlook, canStart: true}], 100)).toBe(
    [
      'ok       GPU        NVIDIA H100',
      'note     leftovers  run a',
      '                    run b',
      '                    → npm run clean',
      '',
      'bench --engine vllm would choose the docker runtime: Docker 28 with a GPU is here.',
      '',
    ].join('\n'),
  );
  expect(doctorText(findings, [{...outlook, canStart: false}], 200)).toContain(
    'is here. It cannot start before what is missing is there.',
  );
});

test('lines are broken between words, and go on below their text', () => {
  // 14 columns before the text, 30 for it: `one two three four five sixths` is 30.
  const text = 'one two three four five sixths seven';
  const path = '/a/path/that/is/longer/than/its/line/is';
  const outlook = {engine: 'vllm', runtime: 'embedded', why: 'No GPU.', canStart: false} as const;
  expect(doctorText([note('GPU', text, `see ${path} there`)], [outlook], 44)).toBe(
    [
      'note     GPU  one two three four five sixths',
      '              seven',
      '              → see',
      `                ${path}`,
      '                there',
      '',
      'bench --engine vllm would choose the',
      'embedded runtime: No GPU.',
      '',
    ].join('\n'),
  );
});
