import {z} from 'zod';
import {calibrations, dialectNames} from './calibration.ts';
import type {Fault} from './faults.ts';

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
  })
  .transform(({kvTokens, ...config}) => ({
    ...config,
    kvTokens: kvTokens ?? calibrations[config.dialect].memory.kvTokens,
  }));

export type SimulatorConfig = z.infer<typeof simulatorConfig>;
