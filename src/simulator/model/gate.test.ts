import {expect, test} from 'vitest';
import {createGate} from './gate.ts';

test('who changes the model waits for those inside, and those who come meanwhile wait for it', async () => {
  const gate = createGate();
  const log: string[] = [];
  const [first, second] = [await gate.enter(), await gate.enter()];
  const change = (name: string) =>
    gate.alone(async () => {
      log.push(`${name} begins`);
      await Promise.resolve();
      log.push(`${name} ends`);
    });
  const changes = [change('one'), change('other')];
  const late = gate.enter().then(leave => {
    log.push('late');
    leave();
  });
  first();
  first(); // leaves once
  await Promise.resolve();
  expect(log).toEqual([]);
  second();
  await Promise.all([...changes, late]);
  expect(log).toEqual(['one begins', 'one ends', 'other begins', 'other ends', 'late']);
});

test('a change that fails lets the next ones pass', async () => {
  const gate = createGate();
  await expect(gate.alone(() => Promise.reject(new Error('no such weights')))).rejects.toThrow('no such weights');
  (await gate.enter())();
});

test('shut it waits for those inside and keeps the others out until it is opened', async () => {
  const gate = createGate();
  const leave = await gate.enter();
  const log: string[] = [];
  const shut = gate.shut().then(() => log.push('shut'));
  expect(gate.isShut()).toBe(true);
  const next = gate.enter().then(() => log.push('next'));
  leave();
  await shut;
  expect(log).toEqual(['shut']);
  gate.open();
  await next;
  expect([log, gate.isShut()]).toEqual([['shut', 'next'], false]);
});
