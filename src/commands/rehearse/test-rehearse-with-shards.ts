import {globSync, mkdtempSync} from 'node:fs';
import {join} from 'node:path';
import {readCommandLine} from '../../command-line.ts';
import {CutoverError} from '../../errors.ts';
import {killLastingShard, lastingHost, startLastingShard} from '../../load/shards/continuous/test-lasting-hosts.ts';
import type {ProgramVersion} from '../../load/shards/program-version.ts';
import type {LastingHost} from '../../load/shards/shard-host.ts';
import type {Options} from '../../options.ts';
import type {OpenPods} from '../../rehearsal/load-pods.ts';
import {processTerminal} from '../../terminal.ts';
import {rehearse} from '../rehearse.ts';

/** `rehearse …` with its load from processes of this machine in place of pods: the name of each is its folder. They outlive this program. */
const argv = process.argv.slice(2);

const optionsOf = (words: readonly string[]): Options => {
  const said = readCommandLine(words, '1.2.3');
  if (said.command === 'print') throw new TypeError(words.join(' '));
  return said.options;
};

/** As if they were of another machine each: the first one's clock is 5 s behind, the next one's 2 s ahead. */
const behindMs = (index: number): number => 5000 - 7000 * index;

/** What the test wants of this process. */
const {TEST_CLUSTER = 'one', TEST_KILLED_AT_ORDER: killedAt} = process.env;

/** Ends this process without a word where it was to give that order. */
const mortal = (host: LastingHost): LastingHost => ({
  ...host,
  async tell(order) {
    if (order.kind === killedAt) process.kill(process.pid, 'SIGKILL');
    await host.tell(order);
  },
});

const opened = (folders: readonly string[], version?: ProgramVersion): OpenPods => {
  const left = new AbortController();
  return {
    hosts: folders.map(folder => mortal(lastingHost(folder, {signal: left.signal, version}))),
    ...{namespace: 'here', job: 'processes'},
    leave: () => left.abort(),
    async [Symbol.asyncDispose]() {
      left.abort();
      for (const folder of folders) await killLastingShard(folder);
    },
  };
};

const strayShards = (run: string): readonly string[] => globSync(`${run}-shards-*/*`);

const options = optionsOf(argv);
const interrupted = new AbortController();
process.once('SIGINT', () => interrupted.abort(new CutoverError('INTERRUPTED', 'interrupted')));
try {
  process.exitCode = await rehearse({
    ...{
      options,
      argv,
      version: '1.2.3',
      terminal: processTerminal(options),
      reportsDir: '/nowhere',
      plansDir: '/nowhere',
    },
    ...{interrupted: interrupted.signal, readOptions: optionsOf},
    loadPods: ({folder: run, options: {shards, gatewayAddress, loadImage}}) => ({
      image: loadImage ?? '',
      // Behind the address that the options name, which may be no loopback.
      gatewayAddress: `http://127.0.0.1:${new URL(gatewayAddress ?? '').port}`,
      async cluster() {
        if (TEST_CLUSTER !== 'away') return TEST_CLUSTER;
        throw new CutoverError('KUBERNETES_UNREACHABLE', 'the cluster does not answer');
      },
      async open() {
        const root = mkdtempSync(`${run}-shards-`); // gone with whatever the test keeps the run in
        const folders = Array.from({length: shards ?? 2}, (_, index) => join(root, String(index)));
        for (const [index, folder] of folders.entries()) await startLastingShard(folder, behindMs(index));
        return opened(folders);
      },
      again: async ({shards, program}) =>
        opened(
          shards.map(({pod}) => pod),
          program,
        ),
      async removeStrays() {
        for (const folder of strayShards(run)) await killLastingShard(folder);
      },
    }),
  });
} catch (thrown) {
  if (!(thrown instanceof CutoverError)) throw thrown;
  process.stderr.write(`${thrown.code}: ${thrown.message}\n`);
  process.exitCode = thrown.exitCode;
}
process.exit(); // as the program does, whatever is still asked of the shards
