import {expect, test} from 'vitest';
import {recordText} from './record-text.ts';
import {exampleRecord, exampleTrial} from './test-run.ts';

const seconds = {
  ...{sent: [10, 12], ended: [9, 13], heldMean: [4, 3.5], loopLagMaxMs: [null, 1e-7], gcPauseMs: [0, 0.25]},
  ...{scheduleLagMaxMs: null, connectionsRefused: [0, 0]},
};
const {client} = exampleTrial();
const record = exampleRecord({
  command: ['bench', '[\n  1,\n  2\n]'],
  trials: [exampleTrial({client: {...client, seconds}})],
});

test('a list of numbers stands on one line, whatever else is indented', () => {
  const text = recordText(record);
  expect(text).toContain('\n          "sent": [10, 12],\n');
  expect(text).toContain('\n          "loopLagMaxMs": [null, 1e-7],\n');
  expect(text).toContain('\n  "runId": ');
  expect(text.endsWith('}\n')).toBe(true);
});

test('it is the same record', () => expect(JSON.parse(recordText(record))).toEqual(record));
