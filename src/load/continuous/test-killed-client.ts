import {writeSync} from 'node:fs';
import type {ClientEnded} from '../../schema/journal.ts';
import {machineNow} from '../clock.ts';
import {startContinuousLoad} from './continuous-load.ts';

/** A client that is killed while hundreds of requests a second go on: `<url> <journal>`. Its last words are JSON. */
const [url = '', journal = ''] = process.argv.slice(2);
const endings: ClientEnded[] = [];
await startContinuousLoad({
  ...{url, journal, seed: 1, sitting: 1, idPrefix: 'k', timeoutMs: 60_000, streams: true},
  parts: [{name: 'chat', workload: {kind: 'chat', promptTokens: 64, outputTokens: 4}, ratePerSecond: 500}],
  onEnded: ended => endings.push(ended),
});

let lastMs = machineNow();
let steadySinceMs = lastMs;
setInterval(() => {
  const nowMs = machineNow();
  // What a process that was kept from running has not written says nothing about the journal.
  if (nowMs - lastMs > 40) steadySinceMs = nowMs;
  lastMs = nowMs;
  if (endings.length < 300 || nowMs - steadySinceMs < 200) return;
  const ids = endings.filter(({endMs}) => endMs < nowMs - 100).map(({id}) => id);
  writeSync(1, JSON.stringify({killedMs: nowMs, ids}));
  process.kill(process.pid, 'SIGKILL');
}, 5);
