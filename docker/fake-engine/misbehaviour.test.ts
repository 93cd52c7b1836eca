import {expect, test} from 'vitest';
import {readMisbehaviour} from './misbehaviour.ts';

test('words are read with what belongs to them', () => {
  expect(readMisbehaviour(undefined)).toEqual({});
  expect(readMisbehaviour('print-env;slow=250')).toEqual({'print-env': true, slow: 250});
  expect(readMisbehaviour('crash')).toEqual({crash: ''});
  expect(readMisbehaviour('crash=error: a=b')).toEqual({crash: 'error: a=b'});
});

test('a word that is not known, or a time that is none, is an error', () => {
  expect(() => readMisbehaviour('crush')).toThrow('CUTOVER_FAKE knows no "crush", only crash, ');
  expect(() => readMisbehaviour('slow=soon')).toThrow('slow needs a number of milliseconds');
});
