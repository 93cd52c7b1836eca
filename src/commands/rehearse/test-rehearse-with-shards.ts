import {mkdtempSync} from 'node:fs';
import {join} from 'node:path';
import {readCommandLine} from '../../command-line.ts';
import {CutoverError} from '../../errors.ts';
import {killLastingShard, lastingHost, startLastingShard} from '../../load/shards/continuous/test-lasting-hosts.ts';
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

const opened = (folders: readonly string[]): OpenPods => ({
  hosts: folders.map(folder => lastingHost(folder, folder)),
  ...{namespace: 'here', job: 'processes'},
  async [Symbol.asyncDispose]() {
    for (const folder of folders) await killLastingShard(folder);
  },
});

const options = optionsOf(argv);
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
    ...{interrupted: new AbortController().signal, readOptions: optionsOf},
    loadPods: ({folder: run, options: {shards, gatewayAddress, loadImage}}) => ({
      image: loadImage ?? '',
      // Behind the address that the options name, which may be no loopback.
      gatewayAddress: `http://127.0.0.1:${new URL(gatewayAddress ?? '').port}`,
      async open() {
        const root = mkdtempSync(`${run}-shards-`); // gone with whatever the test keeps the run in
        const folders = Array.from({length: shards ?? 2}, (_, index) => join(root, String(index)));
        for (const folder of folders) await startLastingShard(folder);
        return opened(folders);
      },
      again: async ({shards}) => opened(shards.map(({pod}) => pod)),
      async removeStrays() {},
    }),
  });
} catch (thrown) {
  if (!(thrown instanceof CutoverError)) throw thrown;
  process.stderr.write(`${thrown.code}: ${thrown.message}\n`);
  process.exitCode = thrown.exitCode;
}
