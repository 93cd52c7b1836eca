import {expect, test} from 'vitest';
import {passedEnvironment} from './passed-environment.ts';

test('what the hub and the network need is passed on, and nothing else', () => {
  const environment = {
    HF_TOKEN: 'hf_a',
    HUGGING_FACE_HUB_TOKEN: 'hf_b',
    HF_ENDPOINT: 'https://hub.example',
    https_proxy: 'http://proxy:3128',
    NO_PROXY: 'localhost',
    HTTP_PROXY: '',
    OPENAI_API_KEY: 'sk',
    HOME: '/root',
  };
  const {HTTP_PROXY, OPENAI_API_KEY, HOME, ...passed} = environment;
  expect(passedEnvironment(environment)).toEqual(passed);
});
