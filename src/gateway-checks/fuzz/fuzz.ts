/**
 * `npm run fuzz:gateway -- --cases 100000 --seed 7`: bad requests of all kinds against a gateway of its own (fuzz-session.ts). Exits with
 * 1 when anything is not as the contract says. `--write` writes the page.
 */
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {parseArgs} from 'node:util';
import {projectRoot} from '../../root.ts';
import {renderFuzzPage} from './fuzz-page.ts';
import {fuzzSession} from './fuzz-session.ts';

const {values: options} = parseArgs({
  options: {
    cases: {type: 'string', default: '100000'},
    seed: {type: 'string', default: String(Date.now() % 1_000_000)},
    write: {type: 'boolean', default: false},
  },
});

const cases = Number(options.cases);
const seed = Number(options.seed);
const folder = mkdtempSync(join(tmpdir(), 'gateway-fuzz-'));
try {
  const report = await fuzzSession({
    seed,
    warmUp: Math.min(10_000, cases / 10),
    // Bad ones count; about one in eight turns out to be right.
    wanted: begun => begun < cases * 1.2,
    forgetMs: 65_000,
    journal: join(folder, 'gateway.jsonl'),
  });
  const page = renderFuzzPage(report, {
    seed,
    at: new Date().toISOString(),
    command: `npm run fuzz:gateway -- --cases ${cases} --seed ${seed}`,
  });
  process.stdout.write(page);
  if (options.write) writeFileSync(join(projectRoot, 'reports', 'evidence', 'gateway-fuzz.md'), page);
  const {counts, complaints, journal, inFlight} = report;
  process.exitCode = counts.failed + complaints.length + journal.missing + journal.doubled + inFlight === 0 ? 0 : 1;
} finally {
  rmSync(folder, {recursive: true});
}
