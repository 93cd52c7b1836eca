import {describe, expect, test} from 'vitest';
import {rehearsalOf} from './strays.ts';

const words = (line: string) => line.split(' ');

describe('the rehearsal that a process is a helper of', () => {
  test('is read off the command line of a keeper and of a gateway', () => {
    const up = 'node src/start.js up --engine vllm --folder /r/1/logs/baseline-1 --control-port 0';
    expect(rehearsalOf(words(up))).toBe('/r/1');
    const gateway = 'node src/start.js gateway --admin-port 0 --port 3001 --journal /r/1/gateway.jsonl';
    expect(rehearsalOf(words(gateway))).toBe('/r/1');
  });

  test.each([
    'node src/start.js gateway --engine vllm --journal /r/1/gateway.jsonl',
    'node src/start.js up --engine vllm --folder /r/1/logs/baseline-1',
    'vim /r/1/gateway.jsonl --journal',
  ])('is none of what a person started: %s', line => {
    expect(rehearsalOf(words(line))).toBeNull();
  });
});
