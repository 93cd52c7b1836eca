import {expect, test} from 'vitest';
import {progressLine} from './terminal.ts';

const listen = (isTerminal: boolean) => {
  let text = '';
  let nowMs = 0;
  const line = progressLine({
    isTerminal,
    columns: () => 30,
    write: more => {
      text += more;
    },
    nowMs: () => nowMs,
    plainEveryMs: 5000,
  });
  return {
    line,
    at(ms: number) {
      nowMs = ms;
    },
    text: () => text,
  };
};

test('on a terminal a line replaces the one before it and never wraps', () => {
  const {line, text} = listen(true);
  line.show('chat 1/48');
  line.show('x'.repeat(100));
  line.finish();
  expect(text()).toBe(`\r\u001b[2Kchat 1/48\r\u001b[2K${'x'.repeat(29)}\n`);
});

test('elsewhere lines are plain and at most one every five seconds', () => {
  const {line, at, text} = listen(false);
  line.show('a');
  at(4999);
  line.show('b');
  at(5000);
  line.show('c');
  line.finish();
  expect(text()).toBe('a\nc\n');
});

test('a line that stands there already is not repeated, important or not', () => {
  const {line, text} = listen(false);
  line.show('48/48');
  line.show('48/48', {important: true});
  expect(text()).toBe('48/48\n');
});

test('an important line is shown at once, terminal or not', () => {
  const {line, text} = listen(false);
  line.show('a');
  line.show('chat starts', {important: true});
  expect(text()).toBe('a\nchat starts\n');
});
