import {expect, test} from 'vitest';
import {readCommandLine} from './command-line.ts';

const decide = (line: string) => () =>
  readCommandLine(['decide', ...line.split(' ').filter(word => word !== '')], '1.2.3');

test.each([
  [
    '--resume x --seed 3',
    '--resume goes on with the options that the decision was begun with, so --seed cannot be given',
  ],
  ['--from x --runtime embedded', '--from computes from what was measured, so --runtime cannot be given'],
  ['--from x --budget 9', '--from computes from what was measured, so --budget cannot be given'],
  ['--from x --resume y', '--resume measures on and --from does not'],
  ['--baseline r --baseline-engine vllm', '--baseline takes a stored baseline, so --baseline-engine cannot be given'],
  ['--baseline r --seed 2', '--baseline sends the requests of the stored run, whose seed counts'],
  ['--baseline r --aa-pairs 3', '--aa-pairs needs a baseline that is measured'],
  ['--candidate-attach http://127.0.0.1:1 --candidate-stack x', '--candidate-attach measures what already serves'],
  ['--runtime process --candidate-fault slow:share=1', '--candidate-fault is for the embedded simulated engine only'],
  ['--runtime attach', '--runtime attach needs a server for each side'],
  ['--runtime embedded --docker-settings x', '--docker-settings is for containers'],
  ['--candidate-engine openai', '--candidate-engine openai has nothing to start'],
])('decide %s is refused', (line, sentence) => {
  expect(decide(line)).toThrow(
    expect.objectContaining({code: 'BAD_OPTIONS', message: expect.stringContaining(sentence)}),
  );
});

test.each([
  '',
  '--plan quick --candidate-fault slow:share=0.08',
  '--resume x --json --quiet --format html',
  '--from x --format junit',
  '--runtime embedded --baseline-stack sglang-router-round-robin-2 --candidate-stack sglang-pd-1-1',
  '--resume x --budget 90',
  '--baseline r --candidate-attach chat=http://127.0.0.1:1 --pairs 4 --margin 0.05 --budget 25 --workload chat',
])('decide %s is taken', line => {
  expect(decide(line)).not.toThrow();
});

test('formats are those of the command', () => {
  expect(() => readCommandLine(['report', 'run', '--format', 'html'], '1')).toThrow(
    '--format html is not one of report',
  );
  expect(decide('--format png')).not.toThrow();
});
