import {readFile} from 'node:fs/promises';
import {CutoverError} from '../errors.ts';
import {startHelper, stillRuns} from '../keeper/helper-process.ts';
import {endHelper} from './end-helper.ts';
import {forgetGatewayToken, gatewayToken} from './gateway-token.ts';
import type {RehearsalRun} from './rehearsal-run.ts';

/** It lets requests finish before it ends. */
const graceMs = 20_000;

/** A service that was up keeps its address. */
const portOf = ({rehearsal, parts}: RehearsalRun): string => {
  const url = rehearsal.helpers.gateway?.url;
  return url == null ? String(parts.port) : new URL(url).port;
};

/** Where pods are to reach it, it listens on all addresses of this machine, of the kind that they know it by. */
const hostOf = ({parts}: RehearsalRun): string => {
  if (parts.pods === null) return '127.0.0.1';
  return new URL(parts.pods.gatewayAddress).hostname.startsWith('[') ? '::' : '0.0.0.0';
};

/** Starts the gateway where none runs. Throws ENGINE_DID_NOT_START with the end of its log. */
export const gatewayUp = async (run: RehearsalRun): Promise<void> => {
  const {rehearsal, folder, parts} = run;
  const {gateway} = rehearsal.helpers;
  if (gateway !== null && (await stillRuns(gateway))) return;
  const token = await gatewayToken(run);
  const {pid, startTicks, printed} = await startHelper({
    argv: [
      ...[
        'gateway',
        '--host',
        hostOf(run),
        '--admin-port',
        '0',
        '--port',
        portOf(run),
        '--journal',
        folder.gatewayJournal,
      ],
      ...['--timeout', String(parts.timeoutMs / 1000)],
    ],
    log: folder.log('gateway'),
    lines: 2,
    ...(token !== null && {environment: {...process.env, CUTOVER_GATEWAY_TOKEN: token}}),
  });
  const [url = '', control = ''] = printed;
  rehearsal.helpers.gateway = {pid, startTicks, control, url};
  await run.save();
};

export const gatewayDown = async (run: RehearsalRun): Promise<void> => {
  const {
    rehearsal: {helpers},
    folder: {path},
  } = run;
  if (helpers.gateway === null) return forgetGatewayToken(path);
  if (!(await endHelper(helpers.gateway, graceMs)))
    throw new CutoverError('LEFT_BEHIND', `The gateway (process ${helpers.gateway.pid}) does not end`, {
      hint: `End it: kill -9 ${helpers.gateway.pid}`,
    });
  helpers.gateway = null;
  await forgetGatewayToken(path);
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
