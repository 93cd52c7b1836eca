import {expect, test} from 'vitest';
import {imageProblem} from './problem.ts';

// Messages as Docker engines and registries wrote them; those that a test can bring about are in image.test.ts too.
test.each([
  ['toomanyrequests: You have reached your pull rate limit.', 'pull no more for now', 'docker login'],
  ['write /var/lib/docker/tmp/GetImageBlob1: no space left on device', 'disk is full', 'docker system df'],
  [
    "pull access denied for vllm/nothing, repository does not exist or may require 'docker login': denied: requested access to the resource is denied",
    'no such repository, or it is not for you',
    'if it is private: docker login',
  ],
  ['manifest for vllm/vllm-openai:v9 not found: manifest unknown: manifest unknown', 'no such image', 'images.yaml'],
  ['no matching manifest for linux/arm64/v8 in the manifest list entries', 'processor', 'image:'],
  [
    'Get "https://registry-1.docker.io/v2/": dial tcp: lookup registry-1.docker.io on 10.0.0.1:53: no such host',
    'cannot reach the registry',
    'docker save',
  ],
  ['Get "https://registry-1.docker.io/v2/": net/http: TLS handshake timeout', 'cannot reach the registry', 'proxy'],
  ['Get "https://r/v2/": x509: certificate signed by unknown authority', 'does not trust', 'certs.d'],
])('%s', (message, reason, fix) => {
  const problem = imageProblem('vllm/vllm-openai:v0.26.0', 'docker.io', 'unix:///x', new Error(message));
  expect(problem).toMatchObject({code: 'IMAGE_MISSING', exitCode: 11});
  expect(problem.message).toMatch('Docker at unix:///x cannot get vllm/vllm-openai:v0.26.0');
  expect(problem.message).toContain(reason);
  expect(problem.message).toContain(message);
  expect(problem.hint).toContain(fix);
});
