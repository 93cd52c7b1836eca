import {expect, test} from 'vitest';
import type {GatewayLine} from '../schema/journal.ts';
import {trafficText} from './progress.ts';

const line = (endMs: number, change: Partial<GatewayLine> = {}): GatewayLine => ({
  ...{seq: 1, id: 'a', kind: 'embed', target: 'baseline', mirror: false, outcome: 'served', status: 200, code: null},
  ...{receivedMs: 0, askedMs: 0, firstByteMs: 0, endMs, asked: 1, items: 1},
  ...change,
});

test('the traffic is that of the last two seconds, copies left out', () => {
  const lines = [
    line(7999),
    line(8001),
    line(9000, {target: 'candidate'}),
    line(9000, {target: 'candidate', mirror: true}),
    line(10_000, {outcome: 'failed'}),
    line(10_000, {target: 'candidate'}),
  ];
  expect(trafficText(lines, 10_000)).toBe('2 req/s · 1 to the candidate · 1 not served');
});
