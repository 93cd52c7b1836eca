import {EventEmitter} from 'node:events';
import {expect, test} from 'vitest';
import {interruptedBy} from './ctrl-c.ts';

const listen = () => {
  const signals = new EventEmitter();
  const notes: string[] = [];
  let [nowMs, exits] = [0, 0];
  const interrupted = interruptedBy({
    on: (name, listener) => signals.on(name, listener),
    nowMs: () => nowMs,
    note: line => notes.push(line),
    exit: () => {
      exits += 1;
    },
  });
  const press = (name: string, atMs: number) => {
    nowMs = atMs;
    signals.emit(name);
  };
  return {interrupted, notes, press, exits: () => exits};
};

test('the first Ctrl-C asks everything to stop, and says so', () => {
  const {interrupted, notes, press, exits} = listen();
  expect(interrupted.aborted).toBe(false);
  press('SIGINT', 1000);
  expect(interrupted.reason).toMatchObject({code: 'INTERRUPTED', exitCode: 20, message: 'interrupted by SIGINT'});
  expect(notes).toEqual([expect.stringMatching(/^SIGINT: stopping/)]);
  expect(exits()).toBe(0);
});

test('the same Ctrl-C once more, as npm passes it on 10 ms later, changes nothing', () => {
  const {notes, press, exits} = listen();
  press('SIGINT', 1000);
  press('SIGINT', 1010);
  expect([exits(), notes.length]).toEqual([0, 1]);
});

test('a later one ends the process at once, whichever signal it is', () => {
  const {press, exits} = listen();
  press('SIGHUP', 1000);
  press('SIGINT', 1600);
  expect(exits()).toBe(1);
});
