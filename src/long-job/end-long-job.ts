/**
 * The end of `.ci/long`: says how many of its tests passed, and with `--write` writes reports/evidence/long-job.md. `--fuzz-exit` is how
 * the fuzz ended, which counts as one test. Ends with 1 when anything failed, or when there is nothing to say it of.
 */
import {readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {parseArgs} from 'node:util';
import {projectRoot} from '../root.ts';
import {type LongFile, outcomesOf, renderLongPage} from './long-page.ts';
import {outcomesFile} from './long-reporter.ts';
import {madeOn} from './made-on.ts';

const {values: options} = parseArgs({
  options: {write: {type: 'boolean', default: false}, 'fuzz-exit': {type: 'string'}},
});

const files: readonly LongFile[] = JSON.parse(readFileSync(outcomesFile, 'utf8'));
const fuzz = readFileSync(join(projectRoot, '.cache', 'long-fuzz.md'), 'utf8');
const outcomes = [...outcomesOf(files), options['fuzz-exit'] === '0'];

if (options.write) {
  const page = renderLongPage(files, {madeOn: madeOn(), fuzz});
  writeFileSync(join(projectRoot, 'reports', 'evidence', 'long-job.md'), page);
}

const passed = outcomes.filter(Boolean).length;
process.stdout.write(`${passed} passed, ${outcomes.length - passed} failed\n`);
process.exitCode = passed === outcomes.length && files.length > 0 ? 0 : 1;
