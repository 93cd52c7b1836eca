import {join} from 'node:path';
import {expect, test} from 'vitest';
import {engines} from '../../engines/index.ts';
import {startGateway} from '../../gateway/server.ts';
import {readClientJournal, readGatewayJournal} from '../../records/read-journal.ts';
import {temporaryFolder} from '../../records/test-folder.ts';
import {startEmbedded} from '../../runtimes/embedded.ts';
import {startContinuousLoad} from './continuous-load.ts';
import type {LoadPart} from './part-arrivals.ts';
import {endedIn} from './test-journal.ts';

const parts: readonly LoadPart[] = [
  {name: 'chat', workload: {kind: 'chat', promptTokens: 64, outputTokens: 4}, ratePerSecond: 30},
  {name: 'embed', workload: {kind: 'embed', batch: 1, promptTokens: 32}, ratePerSecond: 170},
  {name: 'rerank', workload: {kind: 'rerank', batch: 1, promptTokens: 32}, ratePerSecond: 100},
];
const enough = 600;

test('hundreds of requests a second through the gateway to an engine: what the client sent is what the gateway took, each once', async () => {
  await using folder = await temporaryFolder();
  await using stack = await startEmbedded({
    ...{engine: engines.vllm, dialect: 'vllm', model: 'm', seed: 1, faults: [], onLine() {}},
    signal: new AbortController().signal,
  });
  const counts = await (async () => {
    await using gateway = await startGateway({
      stack,
      port: 0,
      timeoutMs: 60_000,
      journal: join(folder.path, 'gateway.jsonl'),
    });
    const journal = join(folder.path, 'client.jsonl');
    await using load = await startContinuousLoad({
      ...{url: gateway.url, parts, journal, idPrefix: 's1', seed: 1, sitting: 1, timeoutMs: 60_000, streams: true},
    });
    await endedIn(journal, enough);
    return await load.stop();
  })();
  expect(counts).toEqual({sent: counts.sent, served: counts.sent, refused: 0, failed: 0, lost: 0});
  const client = await Array.fromAsync(readClientJournal(folder.path));
  const sent = client.filter(line => line.event === 'sent').map(({id, kind}) => `${id} ${kind}`);
  const taken = (await Array.fromAsync(readGatewayJournal(folder.path))).map(({id, kind}) => `${id} ${kind}`);
  expect(sent).toHaveLength(counts.sent);
  expect(taken.toSorted()).toEqual(sent.toSorted());
});
