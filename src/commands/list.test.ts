import {join} from 'node:path';
import {expect, test} from 'vitest';
import {projectRoot} from '../root.ts';
import {list} from './list.ts';

test('host files are listed with the first sentence of their comment', async () => {
  const [stacksDir, hostsDir] = ['stacks', 'hosts'].map(name => join(projectRoot, 'docker', name)) as [string, string];
  expect(await list({stacksDir, hostsDir})).toContain(
    `Docker hosts (--docker-settings)
  fake-engine      The simulated engine instead of a real one, on any Docker host and without a GPU.
  gpu-host-sglang  SGLang on the machine of shared/gpu-host: no registry, no container toolkit.
`,
  );
});
