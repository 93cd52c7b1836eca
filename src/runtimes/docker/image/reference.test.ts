import {expect, test} from 'vitest';
import {readReference} from './reference.ts';

const digest = `sha256:${'0123456789abcdef'.repeat(4)}`;

test.each([
  ['vllm/vllm-openai:v0.26.0', 'vllm/vllm-openai', 'v0.26.0', null, 'docker.io'],
  ['ubuntu', 'ubuntu', null, null, 'docker.io'],
  [`lmsysorg/sglang:v0.5.17@${digest}`, 'lmsysorg/sglang', 'v0.5.17', digest, 'docker.io'],
  [`127.0.0.1:5000/a/b@${digest}`, '127.0.0.1:5000/a/b', null, digest, '127.0.0.1:5000'],
  ['localhost/engine:1', 'localhost/engine', '1', null, 'localhost'],
  ['ghcr.io/Org/x'.toLowerCase(), 'ghcr.io/org/x', null, null, 'ghcr.io'],
])('%s is taken apart', (text, repository, tag, hash, registry) => {
  expect(readReference(text)).toEqual({repository, tag, digest: hash, registry});
});

test.each(['', 'two words', 'lab/UPPER', 'name:', 'name@sha256:12', '../containers/json?'])(
  '%j is no name of an image',
  text => {
    expect(() => readReference(text)).toThrow(expect.objectContaining({code: 'IMAGE_MISSING'}));
  },
);
