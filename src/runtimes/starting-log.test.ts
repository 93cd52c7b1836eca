import {expect, test} from 'vitest';
import {engines} from '../engines/index.ts';
import {startingLog} from './starting-log.ts';

const {launch} = engines.sglang;
if (launch === null) throw new Error('an engine that cutover can start');

const listen = () => {
  const said: string[] = [];
  const mask = (text: string) => text.replaceAll('hunter2', '***');
  return {said, log: startingLog({launch, mask, say: line => said.push(line)})};
};

test('a stage is said once, when it begins, and stages do not go back', () => {
  const {said, log} = listen();
  log.take('[2026-11-21 15:41:44] Load weight begin. avail mem=78.50 GB', 31);
  log.take('[2026-11-21 15:41:46] Capture target prefill CUDA graph begin. backend=breakable', 33.2);
  log.take('[2026-11-21 15:42:49] Capture target decode CUDA graph begin. backend=full', 95.5);
  log.take('[2026-11-21 15:42:50] Load weight end. elapsed=0.69 s', 96);
  expect(said).toEqual(['loading weights (after 31.0 s)', 'recording CUDA graphs (after 33.2 s)']);
});

test('every ten seconds it passes on the last line that says something, shortened and without secrets', () => {
  const {said, log} = listen();
  log.waiting(9.5);
  log.waiting(10.2);
  log.take(`token hunter2 ${'x'.repeat(200)}`, 11);
  log.take('   ', 11);
  log.waiting(15);
  log.waiting(20.4);
  expect(said).toEqual(['not ready after 10 s: no output yet', `not ready after 20 s: token *** ${'x'.repeat(109)}…`]);
});
