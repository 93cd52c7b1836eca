import type {Engine} from './engine.ts';
import {vllm} from './vllm.ts';

/** The engine inside cutover itself, which speaks vLLM's API: for trying cutover out, never evidence about vLLM. */
export const simulated: Engine = {
  ...vllm,
  name: 'simulated',
  title: 'Simulated engine (vLLM dialect)',
  simulated: true,
  launch: null,
};
