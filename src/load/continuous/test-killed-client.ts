import {writeSync} from 'node:fs';
import {machineNow} from '../clock.ts';
import {openLoad} from './open-load.ts';

/** A client that is killed while hundreds of requests a second go on: `<url> <journal>`. Its last words are JSON. */
const [url = '', journal = ''] = process.argv.slice(2);
await openLoad({
  ...{url, journal, seed: 1, sitting: 1, idPrefix: 'k', timeoutMs: 60_000, streams: true},
  parts: [{name: 'chat', workload: {kind: 'chat', promptTokens: 64, outputTokens: 4}, ratePerSecond: 500}],
});

let lastMs = machineNow();
let steadySinceMs = lastMs;
setInterval(() => {
  const nowMs = machineNow();
  // What a process that was kept from running has not written says nothing about the journal.
  if (nowMs - lastMs > 40) steadySinceMs = nowMs;
  lastMs = nowMs;
  if (nowMs - steadySinceMs < 600) return;
  writeSync(1, JSON.stringify({killedMs: nowMs}));
  process.kill(process.pid, 'SIGKILL');
}, 5);
