import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {testCluster} from '../kubernetes/test-cluster.ts';
import {projectRoot} from '../root.ts';
import {clean} from './clean.ts';

test('what a harness that was killed left in a cluster is shown, and goes with its pods for a user with the role alone', async () => {
  await using there = await testCluster();
  const {kubeconfig, admin} = there;
  const {core, namespace} = admin;
  const child = spawn(
    process.execPath,
    [join(projectRoot, 'src/kubernetes/test-load-child.ts'), kubeconfig, 'run-killed'],
    {stdio: ['ignore', 'pipe', 'inherit']},
  );
  await once(child.stdout, 'data');

  let said = '';
  const out = (text: string) => {
    said += text;
  };
  const note = (line: string) => out(`${line}\n`);
  const cleaned = async (dryRun: boolean) => {
    said = '';
    const terminal = {out, note, warn: note, progress: {show() {}, finish() {}}};
    await clean({all: false, caches: false, dryRun, kubeconfig}, terminal, new AbortController().signal);
    return said;
  };
  expect(await cleaned(false)).toMatch(
    /run-killed +load +job c1-\w+\/cutover-load-run-killed-\w+ +1 pods .* runs +kept: its run is alive/,
  );
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(await cleaned(true)).toMatch(/is gone +would be removed/);
  expect(await cleaned(false)).toMatch(
    /removed job c1-\w+\/cutover-load-run-killed-\w+ of run run-killed, with its pods/,
  );
  expect((await core.listNamespacedPod({namespace})).items).toEqual([]);
  expect(await cleaned(false)).toMatch(/^Nothing of cutover is on https:\/\/127\.0\.0\.1:\d+ \(context load\)\n$/);
});
