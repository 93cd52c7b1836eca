import {readdir, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {temporaryFolder} from '../records/test-folder.ts';
import type {Terminal} from '../terminal.ts';
import {bench} from './bench.ts';
import {begin, decideHere, optionsOf, tiny} from './decide/test-decide.ts';
import {reachCluster} from './reach-cluster.ts';

const silent: Terminal = {out() {}, note() {}, warn() {}, progress: {show() {}, finish() {}}};
const interrupted = new AbortController().signal;

/** Of no cluster that anybody has set up. */
const wrong = async (folder: string) => {
  const kubeconfig = join(folder, 'kubeconfig');
  await writeFile(kubeconfig, 'contexts: [{name: lab, context: {cluster: lab, user: me}}]');
  return {kubeconfig, kubeContext: 'production'};
};

test('a run in a cluster that is not the one meant ends before its folder is made', async () => {
  await using folder = await temporaryFolder();
  const change = {...(await wrong(folder.path)), loadOn: 'k8s', loadImage: 'never-pulled'} as const;
  const argv = ['bench', '--engine', 'sglang', '--attach', 'k8s://a/b:1', '--out', join(folder.path, 'run')];
  const run = bench({
    options: {...optionsOf(argv), ...change, engine: 'sglang'},
    ...{argv, version: '1.2.3', terminal: silent, reportsDir: folder.path, interrupted},
  });
  await expect(run).rejects.toMatchObject({
    code: 'KUBERNETES_UNREACHABLE',
    message: expect.stringContaining('production'),
  });
  const {thrown} = await decideHere([...begin, '--out', join(folder.path, 'decision')], {plan: tiny, change});
  expect(thrown).toMatchObject({code: 'KUBERNETES_UNREACHABLE'});
  expect(await readdir(folder.path)).toEqual(['kubeconfig']);
});

test('a run that has nothing in a cluster asks none', async () => {
  await using folder = await temporaryFolder();
  const options = {...optionsOf(['bench', '--engine', 'sglang']), ...(await wrong(folder.path))};
  expect(await reachCluster({options, interrupted})).toBeNull();
});
