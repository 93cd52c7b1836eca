import {z} from 'zod';
import {calibrations, dialectNames} from './calibration.ts';
import type {Fault} from './faults.ts';

/**
 * Two H200 of one host. source: shared/gpu-host, NVLink NV18, 18 links of 25 GB/s in each direction; the latency is assumed,
 * of the order of the polls between two steps in which SGLang's schedulers see that something has arrived.
 */
const nvlink = {latencyMs: 1, gbPerSecond: 450};

/** How a simulated engine is set up. */
export const simulatorConfig = z
  .strictObject({
    dialect: z.enum(dialectNames),
    /** The address to listen on. */
    host: z.string().min(1).default('127.0.0.1'),
    /** 0 takes a free one. */
    port: z.int().min(0).max(65_535).default(0),
    /** Jitter and replies come from it. */
    seed: z.int().min(0).default(0),
    model: z.string().min(1).default('simulated-model'),
    /** Divides every duration of the engine: 2 is twice as fast. */
    speed: z.number().positive().default(1),
    /** The KV pool, for all requests together; by default what the engine would make of an H100. */
    kvTokens: z.int().min(64).optional(),
    /** Tokens of one page of the pool; by default as the dialect's engine has them. */
    pageTokens: z.int().min(1).max(1024).optional(),
    /** Whether it says to be a server of an encoder, for which vLLM keeps no KV cache. It answers the same requests all the same. */
    encoder: z.boolean().default(false),
    /** Whether vectors of fewer dimensions may be asked for. Engines refuse it unless the model's config.json allows it. */
    matryoshka: z.boolean().default(false),
    /** As `parseFault` made them. */
    faults: z.array(z.custom<Fault>()).default([]),
    /** vLLM's --enable-prompt-tokens-details, SGLang's --enable-cache-report. */
    reportsCachedTokens: z.boolean().default(true),
    /** False is vLLM's --disable-log-stats, and SGLang without --enable-metrics. */
    metricsEnabled: z.boolean().default(true),
    /** The weights' folder or name, on which every answer depends; by default `model`. */
    modelPath: z.string().min(1).optional(),
    /** SGLang's --disaggregation-mode: half of the work, the other half done by another server. */
    part: z.enum(['prefill', 'decode']).optional(),
    /** Where a prefill server is asked for what it computed. 0 takes a free one. */
    bootstrapPort: z.int().min(0).max(65_535).default(8998),
    transferBackend: z.string().min(1).default('mooncake'),
    /** Over which a decode server gets the keys and values; 10^9 bytes are a GB. */
    link: z.strictObject({latencyMs: z.number().min(0), gbPerSecond: z.number().positive()}).default(nvlink),
    /** --enable-lora. */
    lora: z.boolean().default(false),
    /** Whether vLLM has VLLM_ALLOW_RUNTIME_LORA_UPDATING; SGLang asks for nothing. */
    loraAtRuntime: z.boolean().default(true),
    /** Loaded from the start: SGLang's --lora-paths, vLLM's --lora-modules. */
    adapters: z.array(z.strictObject({name: z.string().min(1), path: z.string().min(1)})).default([]),
    /** SGLang's --enable-memory-saver, vLLM's --enable-sleep-mode. */
    sleeps: z.boolean().default(false),
  })
  .refine(({dialect, part}) => part === undefined || dialect === 'sglang', {
    path: ['part'],
    error: 'is for sglang only: no other simulated engine shares a request with another server',
  })
  .transform(({kvTokens, ...config}) => ({
    ...config,
    kvTokens: kvTokens ?? calibrations[config.dialect].memory.kvTokens,
  }));

export type SimulatorConfig = z.infer<typeof simulatorConfig>;
