import {once} from 'node:events';
import {machineNow} from '../load/clock.ts';
import {startContinuousLoad} from '../load/continuous/continuous-load.ts';
import {loadPrefix} from '../verdict/rehearsal/load-ids.ts';
import {gatewayToken} from './gateway-token.ts';
import {loadFromPods} from './load-from-pods.ts';
import {startReadings} from './readings.ts';
import type {RehearsalRun} from './rehearsal-run.ts';

/** The gateway gives a request up first, and says so: a client that did not wait for that would call it lost. */
const longerThanGatewayMs = 10_000;

/** Puts the plan's load on the gateway and begins to read what becomes of it. Does nothing where it runs. */
export const loadBegun = async (run: RehearsalRun): Promise<void> => {
  if (run.load !== null) return;
  const {rehearsal, folder, parts} = run;
  const url = rehearsal.helpers.gateway?.url;
  if (url == null) throw new TypeError('the gateway is not up');
  const sitting = rehearsal.sittings.length;
  run.readings ??= await startReadings(run);
  const token = await gatewayToken(run);
  const load = {
    ...{parts: rehearsal.plan.load, seed: rehearsal.seed, sitting, idPrefix: loadPrefix(sitting)},
    ...{timeoutMs: parts.timeoutMs + longerThanGatewayMs, streams: true, ...(token !== null && {token})},
  };
  run.load =
    parts.pods === null
      ? await startContinuousLoad({...load, url, journal: folder.clientJournal})
      : await loadFromPods(run, parts.pods, load);
  const {failed} = run.load;
  if (failed.aborted) run.fail(failed.reason);
  else void once(failed, 'abort').then(() => run.fail(failed.reason));
  // Pods are told of a start some time ahead.
  const startMs = rehearsal.podLoads?.at(-1)?.startMs ?? 0;
  if (startMs > machineNow()) await run.wait(startMs - machineNow());
};

/** Sends nothing more and waits for what is in flight. */
export const loadEnded = async (run: RehearsalRun): Promise<void> => {
  const {load, readings} = run;
  run.load = null;
  run.readings = null;
  try {
    await load?.stop();
  } finally {
    await readings?.[Symbol.asyncDispose]();
  }
};
