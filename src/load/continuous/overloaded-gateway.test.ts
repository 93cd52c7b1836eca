import {join} from 'node:path';
import {expect, test} from 'vitest';
import {startEngineThread} from '../../gateway-checks/engine-thread.ts';
import {simulatedTarget, startGatewayProcess} from '../../gateway-checks/gateway-process.ts';
import {readClientJournal, readGatewayJournal} from '../../records/read-journal.ts';
import {temporaryFolder} from '../../records/test-folder.ts';
import {accountsOf} from '../../verdict/rehearsal/accounts.ts';
import {rehearsalOf} from '../../verdict/rehearsal/test-rehearsal.ts';
import {startContinuousLoad} from './continuous-load.ts';
import type {LoadPart} from './part-arrivals.ts';
import {endedIn} from './test-journal.ts';

/** Many times what one core serves, with answers of a MiB that keep its loop busy. */
const parts: readonly LoadPart[] = [
  {name: 'chat', workload: {kind: 'chat', promptTokens: 256, outputTokens: 64}, ratePerSecond: 300},
  {name: 'embed', workload: {kind: 'embed', batch: 8, promptTokens: 256}, ratePerSecond: 750},
  {name: 'rerank', workload: {kind: 'rerank', batch: 8, promptTokens: 128}, ratePerSecond: 450},
];
/** The gateway is late with everything: callers give up before it does. */
const timeouts = {gatewaySeconds: 2, clientMs: 1000};

test('a gateway that has far more requests than it can serve: each ends once, and both sides tell the same of it', {
  timeout: 60_000,
}, async () => {
  await using folder = await temporaryFolder();
  await using engine = await startEngineThread(1);
  const client = join(folder.path, 'client.jsonl');
  const counts = await (async () => {
    const flags = ['--journal', join(folder.path, 'gateway.jsonl'), '--quiet'];
    await using gateway = await startGatewayProcess(simulatedTarget(engine.url), [
      ...flags,
      ...['--timeout', String(timeouts.gatewaySeconds)],
    ]);
    await using load = await startContinuousLoad({
      ...{url: gateway.url, parts, journal: client, idPrefix: 's1', seed: 1, sitting: 1},
      ...{timeoutMs: timeouts.clientMs, streams: true},
    });
    await endedIn(client, 3000);
    return await load.stop();
  })();
  expect(counts.sent).toBe(counts.served + counts.refused + counts.failed + counts.lost);
  expect(counts.lost).toBeGreaterThan(0);
  const {accounts, accounting, tooLate} = await accountsOf({
    rehearsal: rehearsalOf({engines: []}),
    client: readClientJournal(folder.path),
    gateway: readGatewayJournal(folder.path),
  });
  expect(accounts.differences).toEqual([]);
  // Nothing that either side calls a loss is anything else in the sums.
  expect(accounting.lost).toBeGreaterThanOrEqual(counts.lost);
  expect(accounting.lost).toBeGreaterThanOrEqual(tooLate);
});
