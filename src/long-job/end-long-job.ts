/**
 * The end of `.ci/long`: says how many of its tests passed, and with `--write` writes reports/evidence/long-job.md. `--fuzz-exit` is how
 * the fuzz ended, which counts as one test. Ends with 1 when anything failed, or when there is nothing to say it of.
 */
import {execFileSync} from 'node:child_process';
import {readFileSync, writeFileSync} from 'node:fs';
import {cpus} from 'node:os';
import {join} from 'node:path';
import {parseArgs} from 'node:util';
import {projectRoot} from '../root.ts';
import {type LongFile, outcomesOf, renderLongPage} from './long-page.ts';
import {outcomesFile} from './long-reporter.ts';

const {values: options} = parseArgs({
  options: {write: {type: 'boolean', default: false}, 'fuzz-exit': {type: 'string'}},
});
const git = (...words: readonly string[]) =>
  execFileSync('git', words, {cwd: projectRoot, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore']}).trim();

const files: readonly LongFile[] = JSON.parse(readFileSync(outcomesFile, 'utf8'));
const fuzz = readFileSync(join(projectRoot, '.cache', 'long-fuzz.md'), 'utf8');
const outcomes = [...outcomesOf(files), options['fuzz-exit'] === '0'];

if (options.write) {
  const changed = git('status', '--porcelain', '--', ':!reports') === '' ? '' : ', with changes';
  const page = renderLongPage(files, {
    at: new Date().toISOString(),
    commit: `${git('rev-parse', '--short=12', 'HEAD')}${changed}`,
    node: process.versions.node,
    machine: `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}`,
    fuzz,
  });
  writeFileSync(join(projectRoot, 'reports', 'evidence', 'long-job.md'), page);
}

const passed = outcomes.filter(Boolean).length;
process.stdout.write(`${passed} passed, ${outcomes.length - passed} failed\n`);
process.exitCode = passed === outcomes.length && files.length > 0 ? 0 : 1;
