import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {parse} from 'yaml';
import {projectRoot} from '../root.ts';
import {type StackServer, stackPlan, stackServer} from '../schema/stack.ts';
import {planSglangMemory} from './sglang-memory.ts';
import {planVllmMemory} from './vllm-memory.ts';

const serverOf = (stack: string, role: StackServer['role']): StackServer => {
  const text = readFileSync(join(projectRoot, 'docker/stacks', `${stack}.yaml`), 'utf8');
  const found = stackPlan.parse(parse(text)).servers.find(server => server.role === role);
  if (found === undefined) throw new Error(`${stack} has no ${role}`);
  return found;
};

const chat = (flags: StackServer['arguments'], memory: StackServer['memory'] = qwen): StackServer =>
  stackServer.parse({role: 'chat', model: 'qwen', port: 1, arguments: flags, memory});
const qwen = {weightsGiB: 2.98, kvBytesPerToken: 28_672, graphsGiB: 0.5, otherGiB: 0.78};

/** By how much a prediction is off, as a share of what was measured. */
const offBy = (predicted: number | null, measured: number) => Math.abs((predicted ?? Number.NaN) / measured - 1);

/** An idle H100 80GB HBM3, by CUDA's count. */
const h100 = {totalGiB: 79.18, freeGiB: 79.18};

describe('vLLM, against the logs of 2026-11-21 on an H100', () => {
  test('chat at 0.90: 67.5 GiB of KV, 2,527,744 tokens; predicted within 0.01 %', () => {
    const plan = planVllmMemory(serverOf('vllm-default', 'chat'), h100);
    expect(plan.problem).toBeNull();
    expect(plan.kvPoolGiB).toBeCloseTo(67.5, 2);
    expect(plan.kvTokens).toBe(2_527_888);
    expect(offBy(plan.kvTokens, 2_527_744)).toBeLessThan(0.0001);
    expect(plan.takesGiB).toBeCloseTo(0.9 * 79.18 + 0.5 + 0.52, 6); // graphs and context come on top of the share
    expect(plan.arithmetic).toBe(
      '0.9 x 79.18 = 71.26 GiB: weights 2.98 + other 0.78 + KV 67.50 (2,527,888 tokens); beside it graphs 0.50 + CUDA context 0.52',
    );
  });

  test('the encoders keep no KV and take little of their share, which must be free nevertheless', () => {
    const embed = serverOf('vllm-default', 'embed');
    const plan = planVllmMemory(embed, {totalGiB: 79.18, freeGiB: 6.9});
    expect(plan).toMatchObject({kvPoolGiB: null, kvTokens: null, problem: null});
    expect(plan.takesGiB).toBeCloseTo(0.21 + 0.27 + 0.14 + 0.52, 6); // nvidia-smi counted 1166 MiB, which are 1.14 GiB
    const crowded = planVllmMemory(embed, {totalGiB: 79.18, freeGiB: 3.6}); // 3.08 of 3.17 GiB
    expect(crowded.problem).toEqual({
      reason:
        'its gpu-memory-utilization asks for 3.17 GiB, a share of the whole card, and 3.08 GiB will be free when it starts',
      fix: 'Lower its gpu-memory-utilization to 0.03 or less, lower that of the servers before it, or stop what else uses the GPU.',
    });
  });
});

describe("vLLM's rules", () => {
  test('0.92 of the card is taken when the plan says nothing', () => {
    expect(planVllmMemory(chat({}), h100).kvPoolGiB).toBeCloseTo(0.92 * 79.18 - 3.76, 6);
  });

  test('a share that only weights and activations fill leaves nothing for KV, and the least one is named', () => {
    const plan = planVllmMemory(chat({'gpu-memory-utilization': 0.04}), h100);
    expect(plan.problem?.reason).toBe('nothing is left for its KV cache beside weights and activations');
    expect(plan.problem?.fix).toContain('to 0.05 or more'); // 3.76 of 79.18 is 0.0475
  });

  test('a KV cache that is shorter than one request is refused', () => {
    const plan = planVllmMemory(chat({'gpu-memory-utilization': 0.05, 'max-model-len': '32K'}), h100);
    expect(plan.kvTokens).toBe(7440); // 3.959 - 3.76 = 0.199 GiB are 7452 tokens, and 465 whole blocks
    expect(plan.problem?.reason).toBe(
      'its KV cache holds 7,440 tokens, less than one request of max-model-len (32768)',
    );
    expect(plan.problem?.fix).toContain('to 0.06 or more'); // 3.76 + 0.875 = 4.635 of 79.18 is 0.0585
  });

  test('a pool in bytes or blocks wins over the share, which must be free all the same; blocks win over bytes', () => {
    const bytes = {'gpu-memory-utilization': 0.9, 'kv-cache-memory-bytes': '4G'};
    expect(planVllmMemory(chat(bytes), h100).kvPoolGiB).toBe(4);
    const both = planVllmMemory(chat({...bytes, 'num-gpu-blocks-override': 12_500}), h100);
    expect(both.kvTokens).toBe(200_000);
    expect(both.takesGiB).toBeCloseTo(2.98 + 0.78 + 5.3406 + 0.5 + 0.52, 3);
    expect(planVllmMemory(chat(bytes), {...h100, freeGiB: 60}).problem?.reason).toContain('asks for 71.26 GiB');
  });

  test('graphs that do not fit beside the share are refused', () => {
    const plan = planVllmMemory(chat({'gpu-memory-utilization': 0.99}, {...qwen, graphsGiB: 1}), h100);
    expect(plan.problem?.reason).toBe('it takes 79.91 GiB with its CUDA graphs, and 79.18 GiB are free');
  });

  test('several cards to one server are not summed up', () => {
    expect(planVllmMemory(chat({'tensor-parallel-size': 2}), h100)).toMatchObject({kvTokens: null, problem: null});
  });
});

describe('SGLang, against the logs of 2026-11-21 on an H100, one server after the other', () => {
  const measured = [
    {role: 'chat', tokens: 1_943_850, predicted: 1_942_487, within: 0.001, leftGiB: 21.99},
    {role: 'embed', tokens: 84_973, predicted: 85_240, within: 0.004, leftGiB: 18.01},
    {role: 'rerank', tokens: 15_721, predicted: 15_838, within: 0.008, leftGiB: 14.57},
  ] as const;

  test('KV tokens are predicted within 0.1, 0.4 and 0.8 %, and what is free after each within 0.02 GiB', () => {
    let freeGiB = 79.18;
    for (const {role, tokens, predicted, within, leftGiB} of measured) {
      const plan = planSglangMemory(serverOf('sglang', role), {totalGiB: 79.18, freeGiB});
      expect(plan.problem).toBeNull();
      expect(plan.kvTokens).toBe(predicted);
      expect(offBy(plan.kvTokens, tokens)).toBeLessThan(within);
      freeGiB -= plan.takesGiB;
      expect(Math.abs(freeGiB - leftGiB)).toBeLessThan(0.02);
    }
  });

  test('the arithmetic is one line', () => {
    expect(planSglangMemory(serverOf('sglang', 'chat'), h100).arithmetic).toBe(
      '0.7 x (79.18 free - 0.68 CUDA context) = 54.95 GiB: weights 3.03 + KV 51.87 (1,942,487 tokens); beside it graphs 1.16 + other 0.40 + CUDA context 0.68',
    );
  });
});

describe("SGLang's rules", () => {
  test('max-total-tokens caps the pool, and more of them than it holds are refused', () => {
    const capped = planSglangMemory(chat({'mem-fraction-static': 0.7, 'max-total-tokens': 200_000}), h100);
    expect(capped.kvTokens).toBe(200_000);
    expect(capped.arithmetic).toContain('(200,000 tokens, by max-total-tokens)');
    const wide = planSglangMemory(chat({'mem-fraction-static': 0.1, 'max-total-tokens': 10_000_000}), h100);
    expect(wide.kvTokens).toBeLessThan(200_000);
    expect(wide.arithmetic).not.toContain('by max-total-tokens');
    // 0.1 x 78.50 - 3.03 GiB hold 180,510 tokens of 28 KiB; 10 million take 267.03 GiB, more than the card.
    expect(wide.problem?.reason).toMatch(
      /^its mem-fraction-static leaves room for 180,\d{3} tokens, and .* asks for 10,000,000/,
    );
    expect(wide.problem?.fix).toMatch(/^Ask for 180,\d{3} or fewer\.$/);
    const some = planSglangMemory(chat({'mem-fraction-static': 0.1, 'max-total-tokens': 400_000}), h100);
    expect(some.problem?.fix).toMatch(/or raise its mem-fraction-static to 0\.175\.$/); // (3.03 + 10.68) of 78.50 GiB
    expect(
      planSglangMemory(chat({'mem-fraction-static': 0.175, 'max-total-tokens': 400_000}), h100).problem,
    ).toBeNull();
  });

  test('a fraction that the weights fill is refused, with the least one', () => {
    const plan = planSglangMemory(serverOf('sglang', 'rerank'), {totalGiB: 39.4, freeGiB: 7.87});
    expect(plan).toMatchObject({kvTokens: 0});
    expect(plan.problem?.reason).toContain('leaves nothing for a KV pool beside the weights');
    expect(plan.problem?.fix).toContain('above 0.160'); // 1.15 of 7.19 GiB
  });

  test('a fraction that leaves no room for graphs is refused', () => {
    const plan = planSglangMemory(chat({'mem-fraction-static': 0.99}), h100);
    expect(plan.problem?.reason).toMatch(
      /^it takes 79\.67 GiB with its CUDA graphs and activations, and 79\.18 GiB are free$/,
    );
  });

  test('its own fraction is known for a plain decoder on a large card, and said to be unknown elsewhere', () => {
    // 13,904 MiB are held back: 0.829 of an H100's 79.18 GiB, 0.903 of an H200's 139.80 GiB.
    expect(planSglangMemory(chat({}), h100).arithmetic).toMatch(/^0\.829 x \(79\.18 free/);
    expect(planSglangMemory(chat({}), {totalGiB: 139.8, freeGiB: 139.8}).arithmetic).toMatch(
      /^0\.903 x \(139\.80 free/,
    );
    const tuned = planSglangMemory(chat({'chunked-prefill-size': 4096}), h100);
    expect(tuned.kvPoolGiB).toBeNull();
    expect(tuned.arithmetic).toContain('mem-fraction-static is left to SGLang: weights 2.98 + KV (not known)');
  });
});

test.each([
  {name: 'vLLM', planMemory: planVllmMemory, flag: 'gpu-memory-utilization'},
  {name: 'SGLang', planMemory: planSglangMemory, flag: 'mem-fraction-static'},
])('$name: whatever is not refused fits what is free and has a KV cache', ({planMemory, flag}) => {
  const size = (max: number) => fc.double({min: 0.01, max, noNaN: true});
  fc.assert(
    fc.property(size(1), size(150), size(1), size(60), size(4), (share, totalGiB, free, weightsGiB, otherGiB) => {
      const card = {totalGiB, freeGiB: free * totalGiB};
      const plan = planMemory(chat({[flag]: share}, {...qwen, weightsGiB, otherGiB}), card);
      if (plan.problem !== null) return;
      expect(plan.takesGiB).toBeLessThanOrEqual(card.freeGiB);
      expect(plan.kvTokens).toBeGreaterThan(0);
    }),
  );
});
