/**
 * The end of `.ci/kubernetes`: says how many of its tests passed, and with `--write` writes reports/kubernetes-job.md; `--image` is what
 * `npm run load-image` printed. Ends with 1 when anything failed or was left out, or when there is nothing to say it of.
 */
import {readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {parseArgs} from 'node:util';
import {projectRoot} from '../root.ts';
import {type LongFile, outcomesOf, outcomeTables} from './long-page.ts';
import {outcomesFile} from './long-reporter.ts';
import {madeOn} from './made-on.ts';

const {values: options} = parseArgs({
  options: {write: {type: 'boolean', default: false}, image: {type: 'string', default: ''}},
});
const files: readonly LongFile[] = JSON.parse(readFileSync(outcomesFile, 'utf8'));
const outcomes = outcomesOf(files);
const passed = outcomes.filter(Boolean).length;
const total = `${passed} passed, ${outcomes.length - passed} failed`;

if (options.write)
  writeFileSync(
    join(projectRoot, 'reports', 'kubernetes-job.md'),
    `# The Kubernetes job

Made by \`.ci/kubernetes --write\` ${madeOn()}

Kubernetes v1.32.3 (kubebox: one node, which is this machine, as are the engine and all load pods), image ${options.image}. ${total}.

${outcomeTables(files)}
`,
  );

process.stdout.write(`${total}\n`);
process.exitCode = passed === outcomes.length && files.length > 0 ? 0 : 1;
