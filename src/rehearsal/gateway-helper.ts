import {readFile} from 'node:fs/promises';
import {CutoverError} from '../errors.ts';
import {startHelper, stillRuns} from '../keeper/helper-process.ts';
import {endHelper} from './end-helper.ts';
import type {RehearsalRun} from './rehearsal-run.ts';

/** It lets requests finish before it ends. */
const graceMs = 20_000;

/** A service that was up keeps its address. */
const portOf = ({rehearsal, parts}: RehearsalRun): string => {
  const url = rehearsal.helpers.gateway?.url;
  return url == null ? String(parts.port) : new URL(url).port;
};

/** Starts the gateway where none runs. Throws ENGINE_DID_NOT_START with the end of its log. */
export const gatewayUp = async (run: RehearsalRun): Promise<void> => {
  const {rehearsal, folder, parts} = run;
  const {gateway} = rehearsal.helpers;
  if (gateway !== null && (await stillRuns(gateway))) return;
  const {pid, startTicks, printed} = await startHelper({
    argv: [
      ...['gateway', '--admin-port', '0', '--port', portOf(run), '--journal', folder.gatewayJournal],
      ...['--timeout', String(parts.timeoutMs / 1000)],
    ],
    log: folder.log('gateway'),
    lines: 2,
  });
  const [url = '', control = ''] = printed;
  rehearsal.helpers.gateway = {pid, startTicks, control, url};
  await run.save();
};

export const gatewayDown = async (run: RehearsalRun): Promise<void> => {
  const {helpers} = run.rehearsal;
  if (helpers.gateway === null) return;
  if (!(await endHelper(helpers.gateway, graceMs)))
    throw new CutoverError('LEFT_BEHIND', `The gateway (process ${helpers.gateway.pid}) does not end`, {
      hint: `End it: kill -9 ${helpers.gateway.pid}`,
    });
  helpers.gateway = null;
  await run.save();
};

/** Why the service is gone; for `run.fail`. */
export const gatewayGone = async ({folder}: RehearsalRun): Promise<CutoverError> => {
  const log = folder.log('gateway');
  const text = await readFile(log, 'utf8').catch(() => '');
  return new CutoverError('ENGINE_DIED', 'The gateway ended while it served, and the rehearsal with it', {
    hint: `Its log: ${log}`,
    logTail: text.trimEnd().split('\n').slice(-10),
  });
};
