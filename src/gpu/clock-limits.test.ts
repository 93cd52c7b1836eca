import {expect, test} from 'vitest';
import {clockLimitsIn} from './clock-limits.ts';

test.each([
  ['0x0000000000000000', []],
  ['0x0000000000000001', ['gpu-idle']], // recorded from an idle H200
  ['0x0000000000000004', ['sw-power-cap']], // and from a loaded one
  ['0x0000000000000060', ['sw-thermal-slowdown', 'hw-thermal-slowdown']],
  ['0x0000000000000088', ['hw-slowdown', 'hw-power-brake-slowdown']],
  ['0x0000000000000112', ['applications-clocks-setting', 'sync-boost', 'display-clocks-setting']],
  ['0x8000000000000200', ['bit-9', 'bit-63']], // of a driver that knows more of them
])('%s is %j', (mask, names) => {
  expect(clockLimitsIn(mask)).toEqual(names);
});
