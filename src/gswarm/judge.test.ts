import {expect, test} from 'vitest';
import type {Asked} from './ask.ts';
import {judgeProbe} from './judge.ts';

const told = (operation: Asked['operation'], value: Asked['value'], status = 200): Asked => ({
  ...{operation, value, status, key: 'k', valueBytes: 10, ms: 1},
  refusal: status === 200 ? null : 'no',
});
const missing = {read: 'not found', move: {status: 404, said: 'no'}, release: {status: 404, said: 'no'}};

const judged = (asked: readonly Asked[], said = missing) =>
  Object.fromEntries(judgeProbe({asked, missing: said, moveTo: 'disk'}).map(({id, ...check}) => [id, check]));

test('other bytes, a value that outlives its release, and a write refused for another reason are failures, with an example', () => {
  const checks = judged([
    told('read', 'same'),
    told('read', 'other'),
    told('move back', 'other'),
    told('release', 'same'),
    told('write', null, 507),
    told('write', null, 500),
  ]);
  expect(checks['same-bytes']).toMatchObject({
    outcome: 'fail',
    detail: '1 of 3 values read, before and after the moves',
    example: 'GET /read/k returned other bytes',
  });
  expect(checks['moves-keep']).toMatchObject({outcome: 'pass'});
  expect(checks.released).toMatchObject({outcome: 'fail', example: 'GET /read/k still finds it'});
  expect(checks.full).toMatchObject({outcome: 'fail', example: 'POST /write of 10 bytes: 500 no'});
});

test('a value that a move loses counts against the move alone, whichever way it went', () => {
  const checks = judged([told('read', 'same'), told('move', null), told('move back', 'gone')]);
  expect(checks['same-bytes']).toMatchObject({outcome: 'pass'});
  expect(checks['moves-keep']).toMatchObject({
    outcome: 'fail',
    detail: '1 of 2 values were there after their move',
    example: 'POST /move {"key":"k","destination":"dram"} had status 200, and the value is gone',
  });
});

test('a missing key that seems to be there is a failure, and where nothing was done nothing is known', () => {
  const checks = judged([], {...missing, move: {status: 200, said: ''}});
  expect(Object.values(checks).map(({outcome}) => outcome)).toEqual([
    ...['unknown', 'unknown', 'unknown', 'fail', 'unknown'],
  ]);
});
