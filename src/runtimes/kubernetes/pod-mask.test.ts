import {expect, test} from 'vitest';
import {podMask} from './pod-mask.ts';

const {text, words} = podMask({
  name: 'engine',
  command: ['sglang', '--api-key', 'sesame-sesame'],
  args: ['--admin-api-key=$(ADMIN_KEY)'],
  env: [
    {name: 'HF_TOKEN', value: 'hf_abcdef'},
    {name: 'ADMIN_KEY', valueFrom: {secretKeyRef: {name: 'keys', key: 'admin'}}},
  ],
});

test("secrets of a container's command and variables are not in its lines", () => {
  expect(text('got Bearer sesame-sesame, and hf_abcdef for the hub')).toBe('got Bearer ***, and *** for the hub');
  expect(words(['--api-key', 'sesame-sesame'])).toEqual(['--api-key', '***']);
});

test('one that only the cluster knows is known by the name that the line gives it', () => {
  expect(text(`server_args=ServerArgs(port=30000, api_key='from-a-secret', admin_api_key="other-one")`)).toBe(
    `server_args=ServerArgs(port=30000, api_key='***', admin_api_key="***")`,
  );
  expect(text(`{"api_key": "from-a-secret", "num_tokens": "1234567"}`)).toBe(
    `{"api_key": "***", "num_tokens": "1234567"}`,
  );
  expect(text('max_total_num_tokens=1234567, api_key=None')).toBe('max_total_num_tokens=1234567, api_key=None');
});
