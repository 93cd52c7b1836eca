import {expect, test} from 'vitest';
import {simulatorConfig} from './config.ts';

test('a config needs a dialect only, and is the same when it is read again', () => {
  const config = simulatorConfig.parse({dialect: 'sglang'});
  expect(config).toEqual({
    dialect: 'sglang',
    host: '127.0.0.1',
    port: 0,
    seed: 0,
    model: 'simulated-model',
    encoder: false,
    matryoshka: false,
    speed: 1,
    kvTokens: 1_943_850,
    faults: [],
    reportsCachedTokens: true,
    metricsEnabled: true,
    bootstrapPort: 8998,
    transferBackend: 'mooncake',
    link: {latencyMs: 1, gbPerSecond: 450},
    lora: false,
    loraAtRuntime: true,
    adapters: [],
    sleeps: false,
  });
  expect(simulatorConfig.parse(config)).toEqual(config);
});

test('a misspelt key and an impossible value are refused', () => {
  expect(simulatorConfig.safeParse({dialect: 'vllm', sped: 2}).success).toBe(false);
  expect(simulatorConfig.safeParse({dialect: 'vllm', speed: 0}).success).toBe(false);
  expect(simulatorConfig.safeParse({dialect: 'openai'}).success).toBe(false);
  expect(simulatorConfig.safeParse({dialect: 'vllm', part: 'decode'}).success).toBe(false);
});
