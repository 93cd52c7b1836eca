import {bentoml} from './bentoml.ts';
import {dynamo} from './dynamo.ts';
import type {Engine} from './engine.ts';
import {openai} from './openai.ts';
import {service} from './service.ts';
import {sglang} from './sglang.ts';
import {simulated} from './simulated.ts';
import {vllm} from './vllm.ts';

/** What --engine takes. */
export const engines = {vllm, sglang, bentoml, dynamo, openai, service, simulated} satisfies Record<string, Engine>;

export type EngineName = keyof typeof engines;
