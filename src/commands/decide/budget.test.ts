import {expect, test} from 'vitest';
import {quick} from '../../../suites/quick.ts';
import type {Block} from '../../schema/block.ts';
import type {Sitting} from '../../schema/decision.ts';
import {judgeDecision} from '../../verdict/judge-decision.ts';
import {decisionWith, equalRecords, madeDecision} from '../../verdict/test-decision.ts';
import {budgetEnded, meanPairMinutes, spentGpuMinutes} from './budget.ts';

const sitting = (gpuMinutes: number): Sitting => ({
  ...{startedAt: '2026-11-22T10:00:00.000Z', endedAt: null, gpuMinutes},
  ...{hostname: 'bench-1', gpuUuids: [], driver: null},
});

const block = (pair: number, startMinute: number, endMinute: number, ofSitting = 1): Block => ({
  ...{phase: 'ab', pair, workload: 'chat', place: 'baseline', arm: 'baseline', trial: 0, void: []},
  ...{sitting: ofSitting, startMs: startMinute * 60_000, endMs: endMinute * 60_000},
});

const plan = (budgetGpuMinutes: number | null) => ({...quick, budgetGpuMinutes});

test('a pair costs what lies between its sitting’s first and last block, shared by its pairs', () => {
  const sittings = [sitting(9), sitting(4)];
  const blocks = [block(1, 1, 2), block(1, 2.5, 3), block(2, 4, 7), block(3, 1, 4, 2)];
  expect(meanPairMinutes({blocks, sittings})).toBe(3); // 6 minutes for two pairs, and 3 for one
  expect(meanPairMinutes({blocks: [], sittings})).toBeNull();
});

test('blocks of a stored baseline cost nothing', () => {
  expect(meanPairMinutes({blocks: [block(1, 0, 100), block(1, 1, 3, 2)], sittings: [sitting(0), sitting(5)]})).toBe(2);
});

test('another pair is made while one of the mean cost still fits', () => {
  const measured = {blocks: [block(1, 0, 2)], sittings: [sitting(3), sitting(4)]};
  expect(spentGpuMinutes(measured)).toBe(7);
  expect(budgetEnded({...measured, plan: plan(9)}, 1)).toBeNull();
  expect(budgetEnded({...measured, plan: plan(9)}, 2)).toBe('2.0 of 9 GPU minutes are left, and a pair takes 4.0');
  expect(budgetEnded({...measured, plan: plan(5)}, 1)).toBe('0.0 of 5 GPU minutes are left, and a pair takes 2.0');
  expect(budgetEnded({...measured, plan: plan(null)}, 8)).toBeNull();
});

test('where the budget ended a decision before its first look, the verdict says how many pairs are missing', () => {
  // Four pairs of the baseline with itself, and one of six of both sides.
  const made = madeDecision(
    {factor: 0.9},
    {decision: decisionWith(), stop: ({series}) => (series.length === 10 ? 'done' : null)},
  );
  const verdict = judgeDecision({...made, records: equalRecords});
  expect(verdict).toMatchObject({verdict: 'INCONCLUSIVE', morePairs: 5});
  expect(verdict.reasons).toEqual(['chat: E2E p50 is not judged yet: 1 of the 6 pairs of the first look are there.']);
});
