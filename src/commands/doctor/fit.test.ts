import {expect, test} from 'vitest';
import {engines} from '../../engines/index.ts';
import {stackPlan} from '../../schema/stack.ts';
import {fitFinding} from './fit.ts';

const engine = engines.vllm;
const plan = stackPlan.parse({
  name: 'half',
  engine: 'vllm',
  description: 'half of the card',
  servers: [{role: 'chat', model: 'my/model', port: 8000, arguments: {'gpu-memory-utilization': 0.5}}],
});
const card = (page: string | null) => ({read: async () => page});

test('a plan that fits is shown with its arithmetic', async () => {
  const {state, says} = await fitFinding({engine, plan}, card('1024, 80896\n')); // 80 GiB, of which 79 are free
  expect(state).toBe('ok');
  expect(says).toMatch(/^79\.0 GiB are free, and half fits\nchat: .*40\.0/);
});

test('a plan that does not fit is missing memory for every runtime, with the sum and the fix', async () => {
  const finding = await fitFinding({engine, plan}, card('61440, 20480\n')); // 80 GiB, of which 20 are free
  expect(finding).toMatchObject({state: 'missing', stops: ['docker', 'process'], fix: expect.stringMatching(/./)});
  expect(finding.says).toMatch(/^20\.0 GiB are free\. The plan half does not fit/);
});

test('the card that containers are given is the one that is asked', async () => {
  const asked: (readonly string[])[] = [];
  const nvidiaSmi = {
    read: async (args: readonly string[]) => {
      asked.push(args);
      return '1024, 80896\n';
    },
  };
  await fitFinding({engine, plan}, nvidiaSmi, '1');
  expect(asked[0]?.slice(-2)).toEqual(['-i', '1']);
});

test.each([null, card(null)])('without a card that can be seen nothing is guessed', async nvidiaSmi => {
  expect(await fitFinding({engine, plan}, nvidiaSmi)).toMatchObject({
    state: 'note',
    says: 'not looked at: no card here to hold against what half takes',
  });
});
