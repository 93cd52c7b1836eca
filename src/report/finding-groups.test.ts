import {expect, test} from 'vitest';
import {exampleTrial} from '../records/test-run.ts';
import type {Finding} from '../schema/finding.ts';
import type {Trial} from '../schema/trial.ts';
import {findingGroups} from './finding-groups.ts';

const finding = (code: string, severity: Finding['severity'], message = `${code} it is`): Finding => ({
  code,
  severity,
  message,
  hint: 'Mend it.',
});
const trial = (repetition: number, ...findings: Finding[]) =>
  exampleTrial({index: repetition - 1, repetition, findings});

const groupsOf = (trials: readonly Trial[], ofRun: Finding[] = []) =>
  findingGroups({trials: [...trials], findings: ofRun});

test('a finding that all trials share is said once', () => {
  const note = finding('p99-not-certified', 'note');
  expect(groupsOf([trial(1, note), trial(2, note)])).toEqual([
    {
      severity: 'note',
      code: 'p99-not-certified',
      hint: 'Mend it.',
      messages: [{message: 'p99-not-certified it is', trials: 'all trials'}],
    },
  ]);
});

test('the same kind with other numbers is one group with a message each', () => {
  const groups = groupsOf([
    trial(1, finding('lag', 'void', '7 ms')),
    trial(2, finding('lag', 'void', '8 ms')),
    trial(3),
  ]);
  expect(groups).toMatchObject([
    {
      code: 'lag',
      messages: [
        {message: '7 ms', trials: 'chat#1'},
        {message: '8 ms', trials: 'chat#2'},
      ],
    },
  ]);
});

test('the gravest come first', () => {
  const groups = groupsOf([trial(1, finding('a', 'note'), finding('b', 'warning')), trial(2, finding('c', 'void'))]);
  expect(groups.map(({code}) => code)).toEqual(['c', 'b', 'a']);
});

test('the same code as a warning and as a reason to void stays two', () => {
  const groups = groupsOf([trial(1, finding('errors', 'warning')), trial(2, finding('errors', 'void'))]);
  expect(groups.map(({severity}) => severity)).toEqual(['void', 'warning']);
});

test('the only trial of a run is named', () => {
  expect(groupsOf([trial(1, finding('a', 'note'))])[0]?.messages[0]?.trials).toBe('chat#1');
});

test('what is wrong with the run as a whole is said to be about it', () => {
  const [group] = groupsOf([trial(1)], [finding('gpu-memory-not-returned', 'warning')]);
  expect(group?.messages).toEqual([{message: 'gpu-memory-not-returned it is', trials: 'run'}]);
});
