import {describe, expect, test} from 'vitest';
import {CutoverError} from '../errors.ts';
import {type Fault, faultOfRequest, faultOfReset, parseFault, releaseOf, slownessOf} from './faults.ts';

describe('the text of a fault', () => {
  test.each<[string, Fault]>([
    ['slow-token:every=3,after-tokens=2,delay-ms=250', {kind: 'slow-token', every: 3, afterTokens: 2, delayMs: 250}],
    ['stall:every=1,after-tokens=0,for-ms=1000', {kind: 'stall', every: 1, afterTokens: 0, forMs: 1000}],
    ['disconnect:every=10,after-tokens=5', {kind: 'disconnect', every: 10, afterTokens: 5}],
    ['disconnect:after-tokens=5,every=10', {kind: 'disconnect', every: 10, afterTokens: 5}],
    ['error-event:every=2,after-tokens=1', {kind: 'error-event', every: 2, afterTokens: 1}],
    ['malformed-json:every=2,after-tokens=1', {kind: 'malformed-json', every: 2, afterTokens: 1}],
    ['unavailable:every=4', {kind: 'unavailable', every: 4}],
    ['never-ready', {kind: 'never-ready'}],
    ['reset-busy:times=2', {kind: 'reset-busy', times: 2}],
    ['reset-ignored', {kind: 'reset-ignored'}],
    ['dies:at-ms=3000', {kind: 'dies', atMs: 3000}],
    ['slow:share=-0.1', {kind: 'slow', share: -0.1}],
    ['leak:mib-per-second=0.5', {kind: 'leak', mibPerSecond: 0.5}],
  ])('%s', (text, fault) => {
    expect(parseFault(text)).toEqual(fault);
  });

  test.each([
    ['explode:every=1', 'fault "explode:every=1" is of no known kind: "explode"'],
    ['', 'fault "" is of no known kind: ""'],
    ['dies', 'fault "dies" lacks at-ms'],
    [
      'unavailable:every=1,after-tokens=2',
      'fault "unavailable:every=1,after-tokens=2" has no parameter "after-tokens"',
    ],
    ['unavailable:every', 'fault "unavailable:every" needs a number in "every"'],
    ['unavailable:every=often', 'fault "unavailable:every=often" needs a number in "every=often"'],
    ['unavailable:every=1,every=2', 'fault "unavailable:every=1,every=2" gives every twice'],
    ['unavailable:every=0', 'fault "unavailable:every=0" has a bad every: a whole number from 1 on is needed'],
    [
      'disconnect:every=1,after-tokens=1.5',
      'fault "disconnect:every=1,after-tokens=1.5" has a bad after-tokens: a whole number from 0 on is needed',
    ],
    ['dies:at-ms=0', 'fault "dies:at-ms=0" has a bad at-ms: a number above 0 is needed'],
    ['slow:share=-1', 'fault "slow:share=-1" has a bad share: a number from -0.9 on is needed'],
  ])('"%s" is refused with the reason and the valid forms', (text, message) => {
    expect(() => parseFault(text)).toThrow(
      expect.objectContaining({
        code: 'BAD_OPTIONS',
        message,
        hint: expect.stringContaining('stall:every=N,after-tokens=N,for-ms=N  disconnect:every=N,after-tokens=N'),
      }),
    );
    expect(() => parseFault(text)).toThrow(CutoverError);
  });
});

test('every n-th request meets a fault, the first of the list whose turn it is', () => {
  const faults = ['never-ready', 'unavailable:every=4', 'disconnect:every=2,after-tokens=1'].map(parseFault);
  const kinds = [1, 2, 3, 4, 5, 6, 7, 8].map(n => faultOfRequest(faults, n)?.kind);
  expect(kinds).toEqual([
    undefined,
    'disconnect',
    undefined,
    'unavailable',
    undefined,
    'disconnect',
    undefined,
    'unavailable',
  ]);
});

test('shares by which an engine is slower or faster multiply', () => {
  expect(slownessOf([])).toBe(1);
  expect(slownessOf(['slow:share=0.5', 'never-ready', 'slow:share=-0.5'].map(parseFault))).toBe(0.75);
});

describe('the time at which a token may be written', () => {
  const releases = (text: string | null, tokensMs: readonly number[]) => {
    const release = releaseOf(text === null ? undefined : (parseFault(text) as Extract<Fault, {every: number}>));
    return tokensMs.map((ms, index) => release(index + 1, ms));
  };

  test('is its own without a fault and with one that is not about time', () => {
    expect(releases(null, [10, 20])).toEqual([10, 20]);
    expect(releases('disconnect:every=1,after-tokens=1', [10, 20])).toEqual([10, 20]);
  });

  test('is later by the delay from a slow token on', () => {
    expect(releases('slow-token:every=1,after-tokens=2,delay-ms=100', [10, 20, 30, 40])).toEqual([10, 20, 130, 140]);
  });

  test('is the end of a stall for all that it holds back', () => {
    expect(releases('stall:every=1,after-tokens=1,for-ms=25', [10, 20, 30, 40, 50])).toEqual([10, 45, 45, 45, 50]);
  });
});

test('the first resets find a busy server, and others are said to be done', () => {
  const faults = ['unavailable:every=1', 'reset-busy:times=2', 'reset-ignored'].map(parseFault);
  expect([1, 2, 3, 4].map(n => faultOfReset(faults, n))).toEqual([
    'reset-busy',
    'reset-busy',
    'reset-ignored',
    'reset-ignored',
  ]);
  expect(faultOfReset([{kind: 'reset-busy', times: 1}], 2)).toBeUndefined();
});
