/**
 * `npm run soak -- --seconds 600 --rate 800`: the gateway under a mixed load that is switched between two engines every few seconds, and
 * what it holds each second. Exits with 1 where it grows, or a request fails, and with 3
 * where that it is flat is not shown. `--write` writes the page.
 */
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {availableParallelism, cpus, loadavg, tmpdir} from 'node:os';
import {join} from 'node:path';
import {parseArgs} from 'node:util';
import {projectRoot} from '../../root.ts';
import {judgeSoak, renderSoakPage} from './soak-page.ts';
import {soak} from './soak-run.ts';

const {values: options} = parseArgs({
  options: {
    seconds: {type: 'string', default: '600'},
    rate: {type: 'string', default: '500'},
    seed: {type: 'string', default: '1'},
    write: {type: 'boolean', default: false},
  },
});

const [seconds, ratePerSecond, seed] = [Number(options.seconds), Number(options.rate), Number(options.seed)];
const folder = mkdtempSync(join(tmpdir(), 'gateway-soak-'));
try {
  const outcome = await soak({
    ...{seconds, ratePerSecond, seed},
    journal: join(folder, 'gateway.jsonl'),
    onReading({atSeconds, held, sent}) {
      if (Math.round(atSeconds) % 10 === 0)
        process.stderr.write(
          `${Math.round(atSeconds)} s: ${held.rssMiB.toFixed(1)} MiB resident, ${held.heapMiB.toFixed(1)} MiB heap, ${sent} sent\n`,
        );
    },
  });
  const judged = judgeSoak(outcome);
  const page = renderSoakPage(outcome, judged, {
    command: `npm run soak -- --seconds ${seconds} --rate ${ratePerSecond} --seed ${seed}`,
    at: new Date().toISOString(),
    machine: `${cpus()[0]?.model.trim() ?? 'CPU unknown'}, ${availableParallelism()} cores, Node ${process.versions.node}; load average at the end ${(loadavg()[0] ?? 0).toFixed(2)}`,
  });
  process.stdout.write(page);
  if (options.write) writeFileSync(join(projectRoot, 'reports', 'evidence', 'gateway-soak.md'), page);
  process.exitCode = judged.complaints.length > 0 ? 1 : judged.open.length > 0 ? 3 : 0;
} finally {
  rmSync(folder, {recursive: true});
}
