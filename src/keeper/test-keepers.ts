import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {setTimeout as delay} from 'node:timers/promises';
import type {HelperProcess} from '../schema/rehearsal.ts';
import {type Keeper, openKeeper} from './client.ts';
import type {KeeperState} from './contract.ts';
import {stillRuns} from './helper-process.ts';
import {startKeeper} from './start-keeper.ts';

/** Throws when it does not come to that within 20 s. */
export const until = async <T>(ask: () => Promise<T>, isIt: (value: T) => boolean): Promise<T> => {
  const limitMs = performance.now() + 20_000;
  for (;;) {
    const value = await ask();
    if (isIt(value)) return value;
    if (performance.now() > limitMs) throw new Error(`still ${JSON.stringify(value)}`);
    await delay(20);
  }
};

export const ended = (helper: HelperProcess) =>
  until(
    () => stillRuns(helper),
    runs => !runs,
  );

/** Resolves with what it has become: this, or a failure. */
export const become = (keeper: Keeper, status: KeeperState['status']) =>
  until(keeper.state, state => state.status === status || state.status === 'failed' || state.status === 'died');

/** Keepers with one folder; disposing of it ends those that still run. */
export const testKeepers = async () => {
  const folder = await mkdtemp(join(tmpdir(), 'cutover-keeper-'));
  const helpers: HelperProcess[] = [];
  return {
    folder,
    helpers,
    async start(argv: readonly string[], more: {relay?: boolean; beside?: string} = {}) {
      const helper = await startKeeper({argv, folder, log: join(folder, `keeper-${helpers.length}.log`), ...more});
      helpers.push(helper);
      return {helper, keeper: openKeeper(helper.control)};
    },
    async [Symbol.asyncDispose]() {
      for (const helper of helpers) if (await stillRuns(helper)) process.kill(helper.pid, 'SIGTERM');
      for (const helper of helpers) await ended(helper);
      await rm(folder, {recursive: true});
    },
  };
};

/** Asks an encoder for two vectors under this id; resolves with the status. */
export const embed = async (url: string, id: string, withinMs = 20_000): Promise<number> => {
  const reply = await fetch(`${url}/v1/embeddings`, {
    method: 'POST',
    headers: {'content-type': 'application/json', 'x-request-id': id},
    body: JSON.stringify({model: 'm', input: ['one', 'two']}),
    signal: AbortSignal.timeout(withinMs),
  });
  await reply.text();
  return reply.status;
};

export const urlOf = (state: KeeperState) => state.servers.find(({role}) => role === 'embed')?.url ?? 'none';
