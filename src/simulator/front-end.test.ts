import {expect, test} from 'vitest';
import {createFrontEnd} from './front-end.ts';
import {virtualTime} from './virtual-time.ts';

const setUp = () => {
  const time = virtualTime();
  const frontEnd = createFrontEnd(time.clockwork());
  const alarm = time.clockwork();
  const written: string[] = [];
  const reply = (name: string) => frontEnd.reply(() => written.push(`${name} @${time.nowMs()}`));
  return {...time, frontEnd, written, reply, at: (ms: number, what: () => void) => alarm.setAlarm(ms, what)};
};

test('what comes while it is busy is read after what came before, and what comes later at once', () => {
  const {frontEnd} = setUp();
  expect([frontEnd.read(10, 4), frontEnd.read(11, 3), frontEnd.read(30, 2)]).toEqual([14, 17, 32]);
});

test('a reply goes out at once when nothing is being read', () => {
  const {frontEnd, written, reply, at, runToEnd} = setUp();
  reply('first');
  frontEnd.read(0, 5);
  at(5, () => reply('second'));
  runToEnd();
  expect(written).toEqual(['first @0', 'second @5']);
});

test('replies wait for what came before them and not for what comes after, and keep their order', () => {
  const {frontEnd, written, reply, at, runToEnd} = setUp();
  frontEnd.read(0, 5);
  at(1, () => {
    reply('a');
    frontEnd.read(1, 5);
    reply('b');
    reply('c');
  });
  runToEnd();
  expect(written).toEqual(['a @5', 'b @10', 'c @10']);
});

test('a front end that was stopped writes nothing more', () => {
  const {frontEnd, written, reply, runToEnd} = setUp();
  frontEnd.read(0, 5);
  reply('late');
  frontEnd.stop();
  runToEnd();
  expect(written).toEqual([]);
});
