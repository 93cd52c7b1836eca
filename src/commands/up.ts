import {once} from 'node:events';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {engines} from '../engines/index.ts';
import {type Keeper, openKeeper} from '../keeper/client.ts';
import {serveControl} from '../keeper/control.ts';
import {KeptStack} from '../keeper/kept-stack.ts';
import {VramHogs} from '../keeper/vram-hog.ts';
import type {Options} from '../options.ts';
import {runIdOf} from '../records/run-folder.ts';
import {roles} from '../schema/request.ts';
import {servedRoles} from '../schema/served-roles.ts';
import type {Terminal} from '../terminal.ts';
import {bringUp, chooseWhere, engineNamed} from './bring-up.ts';
import {serversOf} from './run-record.ts';
import {completeMemory} from './server-memory.ts';

/**
 * Brings one stack up and keeps it up until the signal aborts. With a control port it is a keeper, which stays when its stack has
 * failed or died, to be asked why, and ends when it is asked to stop. Throws what ended the stack where there is no such port.
 */
export const up = async (options: Options, terminal: Terminal, interrupted: AbortSignal): Promise<void> => {
  const engine = engines[await engineNamed(options)];
  const choice = await chooseWhere(engine, options);
  terminal.note(choice.why);
  const runId = runIdOf(new Date(), engine.name, Math.random);
  const folder = options.folder ?? join(tmpdir(), `cutover-${runId}`);
  const beside = options.beside === null ? null : openKeeper(options.beside);
  const gpuHeld = beside !== null && (await isThere(beside));
  await using stopping = new AsyncDisposableStack();
  const kept = new KeptStack({
    engine,
    stack: choice.plan?.name ?? null,
    runtime: choice.runtime,
    relay: options.relay,
    hogs: new VramHogs(options.python ?? 'python3', join(folder, 'vram-hog.log')),
    bringUp: hooks =>
      bringUp({
        ...{engine, choice, options, runId, folder, gpuHeld},
        roles: choice.plan === null ? roles : choice.plan.servers.flatMap(server => servedRoles(server)),
        neighbours: async () => (await beside?.processes().catch(() => [])) ?? [],
        ...hooks,
      }),
    describe: async stack => serversOf(stack, await completeMemory(stack)),
    onLine: terminal.note,
    nowMs: () => Number(process.hrtime.bigint()) / 1e6,
  });
  stopping.defer(async () => {
    for (const {message, hint} of (await kept.stop()).findings) terminal.warn(`${message}. ${hint ?? ''}`.trimEnd());
  });
  if (options.controlPort === null) return await keepForPerson(kept, terminal, interrupted);
  await using control = await serveControl(kept, options.controlPort);
  terminal.out(`${control.url}\n`);
  if (!interrupted.aborted) await Promise.race([control.stopped, once(interrupted, 'abort')]);
};

/** Whether a stack is kept there: then it has claimed the GPU for both. */
const isThere = (keeper: Keeper): Promise<boolean> =>
  keeper.state().then(
    ({status}) => status === 'starting' || status === 'serving',
    () => false,
  );

const keepForPerson = async (kept: KeptStack, terminal: Terminal, interrupted: AbortSignal): Promise<void> => {
  interrupted.addEventListener('abort', () => void kept.stop());
  if (interrupted.aborted) return;
  await kept.started;
  refuse(kept);
  for (const {role, url} of kept.state().servers) terminal.out(`${role} ${url}\n`);
  terminal.note('It serves until Ctrl-C.');
  // What was only attached to keeps this process with nothing to wait for: Node would end it.
  const alive = setInterval(() => {}, 2 ** 31 - 1);
  await Promise.race([kept.ended, once(interrupted, 'abort')]).finally(() => clearInterval(alive));
  if (!interrupted.aborted) refuse(kept);
};

/** Throws what a stack failed or died of. */
const refuse = (kept: KeptStack): void => {
  if (kept.thrown !== null) throw kept.thrown;
};
