import {expect, test} from 'vitest';
import {Turnstile} from './turnstile.ts';

test('lets in up to its limit, then each in turn as another leaves', async () => {
  const turnstile = new Turnstile(2);
  const inside: string[] = [];
  const enter = (name: string) => turnstile.enter().then(() => inside.push(name));
  const entering = ['a', 'b', 'c', 'd'].map(enter);
  await Promise.all(entering.slice(0, 2));
  expect(inside).toEqual(['a', 'b']);
  expect(turnstile.isFree).toBe(false);
  turnstile.leave();
  await entering[2];
  expect(inside).toEqual(['a', 'b', 'c']);
  turnstile.leave();
  await entering[3];
  turnstile.leave();
  turnstile.leave();
  expect(inside).toEqual(['a', 'b', 'c', 'd']);
  expect(turnstile.isFree).toBe(true);
});

test('without a limit is always free', async () => {
  const turnstile = new Turnstile(null);
  await Promise.all(Array.from({length: 1000}, () => turnstile.enter()));
  expect(turnstile.isFree).toBe(true);
});

test('work that fails lets the next one in', async () => {
  const turnstile = new Turnstile(1);
  await expect(turnstile.through(() => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
  expect(turnstile.isFree).toBe(true);
  expect(await turnstile.through(async () => turnstile.isFree)).toBe(false);
});
