import type {Engine} from './engine.ts';
import {countAt, parseJson} from './json-field.ts';

/** POST /tokenize, which vLLM and SGLang have in common. Neither holds a text against the model's context there, and older SGLang takes no messages. */
export const tokenizePage: Engine['tokenize'] = {
  path: '/tokenize',
  ofText: (text, model, special) => ({model, prompt: text, add_special_tokens: special}),
  ofMessages: (messages, model) => ({model, messages, add_generation_prompt: true}),
  count: ({status, body}) => (status === 200 ? countAt(parseJson(body), 'count') : null),
};
