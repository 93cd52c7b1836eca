import {expect, test} from 'vitest';
import {machine} from '../schema/record.ts';
import {machineFacts} from './facts.ts';

test('the facts of this machine are what a record takes', () => {
  const gpu = {name: 'NVIDIA H200', uuid: 'GPU-1', memoryMiB: 143_771, driver: '580.95.05'};
  const facts = machineFacts([gpu]);
  expect(machine.parse(facts)).toEqual(facts);
  expect(facts.gpus).toEqual([gpu]);
  expect(facts.node).toBe(process.version);
  expect(facts.cores).toBeGreaterThanOrEqual(1);
  expect(facts.memoryGiB).toBeGreaterThan(0);
  expect([facts.os, facts.cpu].every(text => text.length > 3)).toBe(true);
});
