import {expect, test} from 'vitest';
import {readCommandLine} from '../../command-line.ts';
import {besideBaseline, sideOf} from './sides.ts';

const sidesOf = async (...words: string[]) => {
  const invocation = readCommandLine(['decide', '--runtime', 'process', ...words], '1.2.3');
  if (invocation.command !== 'decide') throw new TypeError(words.join(' '));
  const plan = {baseline: {engine: 'sglang', stack: null}, candidate: {engine: 'sglang', stack: 'sglang-pd'}};
  return [
    await sideOf('baseline', plan, invocation.options),
    await sideOf('candidate', plan, invocation.options),
  ] as const;
};
const portsOf = (side: Awaited<ReturnType<typeof sidesOf>>[0]) => side.choice.plan?.servers.map(({port}) => port) ?? [];

test('two plans of one engine, whose files name the same ports, can be up beside one another as processes', async () => {
  const [baseline, candidate] = await sidesOf('--baseline-stack', 'sglang-router-round-robin');
  const shared = (ports: readonly number[]) => ports.filter(port => portsOf(baseline).includes(port));
  expect(shared(portsOf(candidate)).length).toBeGreaterThan(0);
  expect(shared(portsOf(besideBaseline(baseline, candidate)))).toEqual([]);
  expect(besideBaseline(null, candidate)).toBe(candidate);
});
